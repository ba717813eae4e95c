import { createTransaction, listTransactions } from "@/lib/api-client/operations/transactions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listTransactions as list } from "@/lib/transactions/read/list-transactions";
import { submitTransaction } from "@/lib/transactions/submit/submit-transaction";

export const endpoint = endpointAt("/confidential/transactions", [
  bind(createTransaction, (cx, { body }) => submitTransaction(cx, body)),
  bind(listTransactions, (cx, { query }) => list(cx, query)),
]);
