import { getAuditEvent } from "@/lib/api-client/operations/audit";
import { getEvent } from "@/lib/audit/reading/get-event";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/events/{seq}", [
  bind(getAuditEvent, (cx, { params, query }) => getEvent(cx, params.seq, query.log)),
]);
