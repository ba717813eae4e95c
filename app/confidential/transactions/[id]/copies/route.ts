import { recordCopy } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { recordCopy as record } from "@/lib/transactions/open/record-copy";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/copies",
  [bind(recordCopy, (cx, { params, body }) => record(cx, params.id, body))],
);
