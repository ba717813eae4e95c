import { beginReview } from "@/lib/administration/access-review/begin-review";
import { listReviews } from "@/lib/administration/access-review/get-review";
import {
  beginAccessReview,
  listAccessReviews,
} from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews", [
  bind(listAccessReviews, (cx, { query }) => listReviews(cx, query)),
  bind(beginAccessReview, (cx, { body }) => beginReview(cx, body)),
]);
