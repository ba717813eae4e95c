import { createTransaction, listTransactions } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listTransactions as list } from "@/lib/transactions/read/list-transactions";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transactions", [
  bind(createTransaction, (cx, { body }) => submitTransaction(cx, body)),
  bind(listTransactions, (cx, { query }) => list(cx, query)),
]);
