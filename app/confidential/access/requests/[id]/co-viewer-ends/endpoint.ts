import { endCoViewer as end } from "@/lib/access/decisions/end-co-viewer";
import { endCoViewer } from "@/lib/api-client/operations/steering";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/co-viewer-ends", [
  bind(endCoViewer, (cx, { params, body }) => end(cx, params.id, body)),
]);
