import { suspendAuthorization as suspend } from "@/lib/access/legal-authorities/end-authorization";
import { suspendAuthorization } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/suspensions",
  [
    bind(suspendAuthorization, (cx, { params, body }) =>
      suspend(cx, params.id, params.authorization_id, body),
    ),
  ],
);
