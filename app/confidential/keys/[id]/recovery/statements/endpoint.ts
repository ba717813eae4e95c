import { signRecovery } from "@/lib/api-client/operations/recoveries";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { signRecovery as sign } from "@/lib/keys/recovery/sign-recovery";

export const endpoint = endpointAt("/confidential/keys/{id}/recovery/statements", [
  bind(signRecovery, (cx, { params, body }) => sign(cx, params.id, body)),
]);
