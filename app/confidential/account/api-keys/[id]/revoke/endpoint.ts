import { revokeApiKey } from "@/lib/api-client/operations/api-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { revokeOwnApiKey } from "@/lib/identity/api-keys/revoke-api-key";

export const endpoint = endpointAt("/confidential/account/api-keys/{id}/revoke", [
  bind(revokeApiKey, (cx, { params, body }) => revokeOwnApiKey(cx, params.id, body)),
]);
