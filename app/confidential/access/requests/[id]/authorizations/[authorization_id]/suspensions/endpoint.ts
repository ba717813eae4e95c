import { suspendAuthorization as suspend } from "@/lib/access/legal-authorities/end-authorization";
import { suspendAuthorization } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/suspensions",
  [
    bind(suspendAuthorization, (cx, { params, body }) =>
      suspend(cx, params.id, params.authorization_id, body),
    ),
  ],
);
