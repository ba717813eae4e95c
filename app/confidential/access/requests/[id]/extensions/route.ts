import { extendRequest as extend } from "@/lib/access/deadlines/extend-request";
import { extendRequest } from "@/lib/api-client/operations/steering";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/extensions",
  [bind(extendRequest, (cx, { params, body }) => extend(cx, params.id, body))],
);
