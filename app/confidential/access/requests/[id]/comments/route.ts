import { commentRequest as comment } from "@/lib/access/requests/comment-request";
import { commentRequest } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/comments",
  [bind(commentRequest, (cx, { params, body }) => comment(cx, params.id, body.comment))],
);
