import { challengeKey } from "@/lib/api-client/operations/wraps";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { challengeClientHeld } from "@/lib/keys/possession/challenge";

export const endpoint = endpointAt("/confidential/keys/{id}/challenge", [
  bind(challengeKey, (cx, { params }) => challengeClientHeld(cx, params.id)),
]);
