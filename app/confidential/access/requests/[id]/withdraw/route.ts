import { withdrawRequest as withdraw } from "@/lib/access/requests/withdraw-request";
import { withdrawRequest } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/withdraw",
  [bind(withdrawRequest, (cx, { params, body }) => withdraw(cx, params.id, body.reason))],
);
