import { challengeKey } from "@/lib/api-client/operations/wraps";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { challengeHeld } from "@/lib/keys/possession/challenge-held";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/challenge", [
  bind(challengeKey, (cx, { params }) => challengeHeld(cx, params.id)),
]);
