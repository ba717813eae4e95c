import { dismissQuarantined } from "@/lib/api-client/operations/quarantine";
import { dismissQuarantined as dismiss } from "@/lib/audit/reading/dismiss-quarantined";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/quarantine/{id}/dismissals", [
  bind(dismissQuarantined, (cx, { params, body }) => dismiss(cx, params.id, body)),
]);
