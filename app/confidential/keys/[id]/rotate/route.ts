import { rotateKey } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { rotateKey as rotate } from "@/lib/keys/rotation/rotate-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/rotate", [
  bind(rotateKey, (cx, { params, body }) => rotate(cx, { keyId: params.id }, body.mode)),
]);
