import { revokeAuthorization as revoke } from "@/lib/access/legal-authorities/end-authorization";
import { revokeAuthorization } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/revocations",
  [bind(revokeAuthorization, (cx, { params, body }) => revoke(cx, params.id, params.authorization_id, body))],
);
