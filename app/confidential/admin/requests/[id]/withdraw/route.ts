import { withdrawUnreadableRequest as withdraw } from "@/lib/access/requests/withdraw-request";
import { withdrawUnreadableRequest } from "@/lib/api-client/operations/admin-requests";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/requests/{id}/withdraw",
  [bind(withdrawUnreadableRequest, (cx, { params, body }) => withdraw(cx, params.id, body.reason))],
);
