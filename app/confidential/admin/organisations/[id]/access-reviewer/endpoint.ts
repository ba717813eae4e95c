import { nameReviewer } from "@/lib/administration/access-review/name-reviewer";
import { nameAccessReviewer } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/access-reviewer", [
  bind(nameAccessReviewer, (cx, { params, body }) => nameReviewer(cx, params.id, body.user_id)),
]);
