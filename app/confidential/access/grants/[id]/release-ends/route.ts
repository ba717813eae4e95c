import { endRelease as end } from "@/lib/access/release/end-release";
import { endRelease } from "@/lib/api-client/operations/releases";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/grants/{id}/release-ends",
  [bind(endRelease, (cx, { params, body }) => end(cx, params.id, body))],
);
