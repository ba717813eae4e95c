import { auditTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

export const endpoint = endpointAt("/confidential/audit", [
  bind(auditTransactionById, (cx, { body: { transaction_id, ...body } }) =>
    openTransaction(cx, transaction_id, body),
  ),
]);
