import { revokeGrant as revoke } from "@/lib/access/grants/revoke-grant";
import { revokeGrant } from "@/lib/api-client/operations/grants";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/grants/{id}/revoke",
  [bind(revokeGrant, (cx, { params, body }) => revoke(cx, params.id, body.reason))],
);
