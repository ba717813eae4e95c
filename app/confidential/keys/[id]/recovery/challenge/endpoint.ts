import { challengeRecovery } from "@/lib/api-client/operations/recoveries";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { challengeRecovery as challenge } from "@/lib/keys/recovery/challenge-recovery";

export const endpoint = endpointAt("/confidential/keys/{id}/recovery/challenge", [
  bind(challengeRecovery, (cx, { params }) => challenge(cx, params.id)),
]);
