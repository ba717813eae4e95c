import { createTransactionBatch } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transactions/batch", [
  bind(createTransactionBatch, (cx, { body }) => submitBatch(cx, body)),
]);
