import { decideRequest as decide } from "@/lib/access/decide-request";
import { versionOf } from "@/lib/access/etag";
import { decideRequest } from "@/lib/api-client/operations/decisions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/decisions",
  [bind(decideRequest, (cx, { params, body, ifMatch }) => decide(cx, params.id, body, versionOf(ifMatch)))],
);
