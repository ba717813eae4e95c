import { rotateKeyAlias } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { rotateKey as rotate } from "@/lib/keys/rotation/rotate-key";

export const endpoint = endpointAt("/confidential/keys/rotate", [
  bind(rotateKeyAlias, (cx, { query, body }) =>
    rotate(cx, { participantId: query.participant_id }, body.mode),
  ),
]);
