import { revokeAuthority as revoke } from "@/lib/access/legal-authorities/revoke-issuer";
import { revokeAuthority } from "@/lib/api-client/operations/authorities";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/authorities/{id}/revocations", [
  bind(revokeAuthority, (cx, { params, body }) => revoke(cx, params.id, body)),
]);
