import { reviewBreakGlass as review } from "@/lib/access/break-glass/review-break-glass";
import { reviewBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/break-glass/{id}/reviews", [
  bind(reviewBreakGlass, (cx, { params, body }) => review(cx, params.id, body)),
]);
