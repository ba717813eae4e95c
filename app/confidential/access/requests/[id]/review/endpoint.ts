import { reviewRequest as review } from "@/lib/access/review/review-request";
import { reviewRequest } from "@/lib/api-client/operations/decisions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/review", [
  bind(reviewRequest, (cx, { params }) => review(cx, params.id)),
]);
