import { commentRequest as comment } from "@/lib/access/requests/comment-request";
import { commentRequest } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/comments", [
  bind(commentRequest, (cx, { params, body }) => comment(cx, params.id, body.comment)),
]);
