import { refuseRecovery } from "@/lib/api-client/operations/recoveries";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { refuseRecovery as refuse } from "@/lib/keys/recovery/end-recovery";

export const endpoint = endpointAt("/confidential/keys/{id}/recovery/refusals", [
  bind(refuseRecovery, (cx, { params, body }) => refuse(cx, params.id, body)),
]);
