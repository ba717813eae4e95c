import { listAuditEvents } from "@/lib/api-client/operations/audit";
import { listEvents } from "@/lib/audit/reading/list-events";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/events", [
  bind(listAuditEvents, (cx, { query }) => listEvents(cx, query)),
]);
