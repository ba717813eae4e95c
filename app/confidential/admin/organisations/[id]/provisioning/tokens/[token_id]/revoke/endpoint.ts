import { revokeScimToken as revoke } from "@/lib/administration/provisioning/tokens";
import { revokeScimToken } from "@/lib/api-client/operations/administration/provisioning";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt(
  "/confidential/admin/organisations/{id}/provisioning/tokens/{token_id}/revoke",
  [bind(revokeScimToken, (cx, { params, body }) => revoke(cx, params.id, params.token_id, body.reason))],
);
