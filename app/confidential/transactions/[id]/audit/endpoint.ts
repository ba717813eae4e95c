import { auditTransaction } from "@/lib/api-client/operations/disclosures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

export const endpoint = endpointAt("/confidential/transactions/{id}/audit", [
  bind(auditTransaction, (cx, { params, body }) => openTransaction(cx, params.id, body)),
]);
