import { endCoViewer as end } from "@/lib/access/decisions/end-co-viewer";
import { endCoViewer } from "@/lib/api-client/operations/steering";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/co-viewer-ends",
  [bind(endCoViewer, (cx, { params, body }) => end(cx, params.id, body))],
);
