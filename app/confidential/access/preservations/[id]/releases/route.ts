import { releaseHold as change } from "@/lib/access/preservations/change-preservation";
import { releaseHold } from "@/lib/api-client/operations/preservations";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/preservations/{id}/releases",
  [bind(releaseHold, (cx, { params, body }) => change(cx, params.id, body))],
);
