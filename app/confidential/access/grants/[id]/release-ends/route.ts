import { endRelease as end } from "@/lib/access/executive-release/end-release";
import { endRelease } from "@/lib/api-client/operations/releases";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/grants/{id}/release-ends",
  [bind(endRelease, (cx, { params, body }) => end(cx, params.id, body))],
);
