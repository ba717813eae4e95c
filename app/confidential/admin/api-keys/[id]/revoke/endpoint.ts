import { revokeAnyApiKey } from "@/lib/api-client/operations/api-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { revokeAnyApiKey as revoke } from "@/lib/identity/api-keys/revoke-api-key";

export const endpoint = endpointAt("/confidential/admin/api-keys/{id}/revoke", [
  bind(revokeAnyApiKey, (cx, { params, body }) => revoke(cx, params.id, body)),
]);
