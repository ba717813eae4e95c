import { revokeAuthority as revoke } from "@/lib/access/legal-authorities/revoke-issuer";
import { revokeAuthority } from "@/lib/api-client/operations/authorities";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/revocations",
  [bind(revokeAuthority, (cx, { params, body }) => revoke(cx, params.id, body))],
);
