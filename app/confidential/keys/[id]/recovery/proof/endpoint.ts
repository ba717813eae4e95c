import { beginRecovery } from "@/lib/api-client/operations/recoveries";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { beginRecovery as begin } from "@/lib/keys/recovery/begin-recovery";

export const endpoint = endpointAt("/confidential/keys/{id}/recovery/proof", [
  bind(beginRecovery, (cx, { params, body }) => begin(cx, params.id, body)),
]);
