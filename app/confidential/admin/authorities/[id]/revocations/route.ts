import { revokeAuthority as revoke } from "@/lib/access/authorizations/revoke-authority";
import { revokeAuthority } from "@/lib/api-client/operations/authorities";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/revocations",
  [bind(revokeAuthority, (cx, { params, body }) => revoke(cx, params.id, body))],
);
