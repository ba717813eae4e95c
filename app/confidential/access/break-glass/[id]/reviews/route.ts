import { reviewBreakGlass as review } from "@/lib/access/break-glass/review-break-glass";
import { reviewBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/break-glass/{id}/reviews",
  [bind(reviewBreakGlass, (cx, { params, body }) => review(cx, params.id, body))],
);
