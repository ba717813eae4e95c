import { exportReview } from "@/lib/administration/access-review/export-review";
import { exportAccessReview } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/access-reviews/{id}/export", [
  bind(exportAccessReview, (cx, { params }) => exportReview(cx, params.id)),
]);
