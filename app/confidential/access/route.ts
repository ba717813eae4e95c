import { openTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { openTransaction } from "@/lib/transactions/open-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access", [
  bind(openTransactionById, (cx, { body: { transaction_id, ...body } }) =>
    openTransaction(cx, transaction_id, body),
  ),
]);
