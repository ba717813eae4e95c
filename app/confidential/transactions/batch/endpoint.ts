import { createTransactionBatch } from "@/lib/api-client/operations/transactions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { submitBatch } from "@/lib/transactions/submit/submit-batch";

export const endpoint = endpointAt("/confidential/transactions/batch", [
  bind(createTransactionBatch, (cx, { body }) => submitBatch(cx, body)),
]);
