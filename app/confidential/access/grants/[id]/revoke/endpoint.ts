import { revokeGrant as revoke } from "@/lib/access/grants/revoke-grant";
import { revokeGrant } from "@/lib/api-client/operations/grants";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/grants/{id}/revoke", [
  bind(revokeGrant, (cx, { params, body }) => revoke(cx, params.id, body.reason)),
]);
