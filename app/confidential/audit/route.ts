import { auditTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { auditTransaction } from "@/lib/transactions/open/audit-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit", [
  bind(auditTransactionById, (cx, { body: { transaction_id, ...body } }) =>
    auditTransaction(cx, transaction_id, body),
  ),
]);
