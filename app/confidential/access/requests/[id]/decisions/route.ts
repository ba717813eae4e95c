import { decideRequest as decide } from "@/lib/access/decisions/decide-request";
import { decideRequest } from "@/lib/api-client/operations/decisions";
import { versionOf } from "@/lib/etag";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/decisions",
  [bind(decideRequest, (cx, { params, body, ifMatch }) => decide(cx, params.id, body, versionOf(ifMatch)))],
);
