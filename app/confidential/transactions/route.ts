import { createTransaction, listTransactions } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { listTransactions as list } from "@/lib/transactions/list-transactions";
import { submitTransaction } from "@/lib/transactions/submit-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transactions", [
  bind(createTransaction, (cx, { body }) => submitTransaction(cx, body)),
  bind(listTransactions, (cx, { query }) => list(cx, query)),
]);
