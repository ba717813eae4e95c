import { openDispute } from "@/lib/api-client/operations/disputes";
import { openDispute as open } from "@/lib/disputes/open-dispute";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/disputes",
  [bind(openDispute, (cx, { params, body }) => open(cx, params.id, body))],
);
