import { rotateKey } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { rotateKey as rotate } from "@/lib/keys/rotation/rotate-key";

export const endpoint = endpointAt("/confidential/keys/{id}/rotate", [
  bind(rotateKey, (cx, { params, body }) => rotate(cx, { keyId: params.id }, body.mode)),
]);
