import { getAuditEvent } from "@/lib/api-client/operations/audit";
import { getEvent } from "@/lib/audit/get-event";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/events/{seq}", [
  bind(getAuditEvent, (cx, { params, query }) => getEvent(cx, params.seq, query.log)),
]);
