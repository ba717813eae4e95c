import { signReview } from "@/lib/administration/access-review/sign-review";
import { signAccessReview } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews/{id}/sign", [
  bind(signAccessReview, (cx, { params, body }) => signReview(cx, params.id, body)),
]);
