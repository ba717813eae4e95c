import { rotateKeyAlias } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { rotateKey as rotate } from "@/lib/keys/rotation/rotate-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/rotate", [
  bind(rotateKeyAlias, (cx, { query, body }) =>
    rotate(cx, { participantId: query.participant_id }, body.mode),
  ),
]);
