import { challengeKey } from "@/lib/api-client/operations/wraps";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { challengeClientHeld } from "@/lib/keys/possession/challenge";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/challenge", [
  bind(challengeKey, (cx, { params }) => challengeClientHeld(cx, params.id)),
]);
