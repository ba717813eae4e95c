import { decideRows } from "@/lib/administration/access-review/decide-rows";
import { decideAccessReview } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews/{id}/decisions", [
  bind(decideAccessReview, (cx, { params, body }) => decideRows(cx, params.id, body)),
]);
