import { rotateApiKey } from "@/lib/api-client/operations/api-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withKeySecret } from "@/lib/http/sign-in/with-session";
import { rotateApiKey as rotate } from "@/lib/identity/api-keys/make-api-key";

export const endpoint = endpointAt("/confidential/account/api-keys/{id}/rotate", [
  bind(rotateApiKey, (cx, { params, body }) => withKeySecret(cx, (own) => rotate(own, params.id, body))),
]);
