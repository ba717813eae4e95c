import { revokeApiKey } from "@/lib/api-client/operations/api-keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { revokeOwnApiKey } from "@/lib/identity/api-keys/revoke-api-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/api-keys/{id}/revoke",
  [bind(revokeApiKey, (cx, { params, body }) => revokeOwnApiKey(cx, params.id, body))],
);
