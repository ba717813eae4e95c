import { objectRequest as objectTo } from "@/lib/access/deadlines/object-request";
import { objectRequest } from "@/lib/api-client/operations/steering";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/objections",
  [bind(objectRequest, (cx, { params, body }) => objectTo(cx, params.id, body))],
);
