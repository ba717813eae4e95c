import { endCoViewer as end } from "@/lib/access/co-viewers/end-co-viewer";
import { endCoViewer } from "@/lib/api-client/operations/co-viewers";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/co-viewer-ends",
  [bind(endCoViewer, (cx, { params, body }) => end(cx, params.id, body))],
);
