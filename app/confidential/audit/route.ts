import { auditTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { auditTransaction } from "@/lib/transactions/audit-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit", [
  bind(auditTransactionById, (cx, { body: { transaction_id, ...body } }) =>
    auditTransaction(cx, transaction_id, body),
  ),
]);
