import { getAuditEvent } from "@/lib/api-client/operations/audit";
import { getEvent } from "@/lib/audit/reading/get-event";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/events/{seq}", [
  bind(getAuditEvent, (cx, { params, query }) => getEvent(cx, params.seq, query.log)),
]);
