import { listAuditEvents } from "@/lib/api-client/operations/audit";
import { listEvents } from "@/lib/audit/list-events";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/events", [
  bind(listAuditEvents, (cx, { query }) => listEvents(cx, query)),
]);
