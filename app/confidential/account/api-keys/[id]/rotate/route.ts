import { rotateApiKey } from "@/lib/api-client/operations/api-keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withKeySecret } from "@/lib/http/sign-in/with-session";
import { rotateApiKey as rotate } from "@/lib/identity/api-keys/make-api-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/api-keys/{id}/rotate",
  [bind(rotateApiKey, (cx, { params, body }) => withKeySecret(cx, (own) => rotate(own, params.id, body)))],
);
