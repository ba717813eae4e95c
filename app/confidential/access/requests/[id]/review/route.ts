import { reviewRequest as review } from "@/lib/access/review-request";
import { reviewRequest } from "@/lib/api-client/operations/decisions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/review",
  [bind(reviewRequest, (cx, { params }) => review(cx, params.id))],
);
