import { prepareDispute } from "@/lib/api-client/operations/disputes";
import { prepareDispute as prepare } from "@/lib/disputes/prepare-dispute";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/disputes/statement",
  [bind(prepareDispute, (cx, { params, body }) => prepare(cx, params.id, body))],
);
