import { commentRequest as comment } from "@/lib/access/comment-request";
import { commentRequest } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/comments",
  [bind(commentRequest, (cx, { params, body }) => comment(cx, params.id, body.comment))],
);
