import { reviewRequest as review } from "@/lib/access/review/review-request";
import { reviewRequest } from "@/lib/api-client/operations/decisions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/review",
  [bind(reviewRequest, (cx, { params }) => review(cx, params.id))],
);
