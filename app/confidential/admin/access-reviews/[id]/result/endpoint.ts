import { getResult } from "@/lib/administration/access-review/export-review";
import { getAccessReviewResult } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews/{id}/result", [
  bind(getAccessReviewResult, (cx, { params }) => getResult(cx, params.id)),
]);
