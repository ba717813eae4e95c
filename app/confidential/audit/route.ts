import { auditTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit", [
  bind(auditTransactionById, (cx, { body: { transaction_id, ...body } }) =>
    openTransaction(cx, transaction_id, body),
  ),
]);
