import { revokeAnyApiKey } from "@/lib/api-client/operations/api-keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { revokeAnyApiKey as revoke } from "@/lib/identity/api-keys/revoke-api-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/api-keys/{id}/revoke",
  [bind(revokeAnyApiKey, (cx, { params, body }) => revoke(cx, params.id, body))],
);
