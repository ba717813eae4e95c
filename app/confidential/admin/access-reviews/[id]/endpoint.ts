import { getReview } from "@/lib/administration/access-review/get-review";
import { getAccessReview } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews/{id}", [
  bind(getAccessReview, (cx, { params, query }) => getReview(cx, params.id, query)),
]);
