import { listAuditEvents } from "@/lib/api-client/operations/audit";
import { listEvents } from "@/lib/audit/reading/list-events";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/events", [
  bind(listAuditEvents, (cx, { query }) => listEvents(cx, query)),
]);
