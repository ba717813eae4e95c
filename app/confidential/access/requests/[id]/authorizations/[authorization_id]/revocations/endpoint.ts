import { revokeAuthorization as revoke } from "@/lib/access/legal-authorities/end-authorization";
import { revokeAuthorization } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/revocations",
  [bind(revokeAuthorization, (cx, { params, body }) => revoke(cx, params.id, params.authorization_id, body))],
);
