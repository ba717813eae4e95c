import { openTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { askedOf, openTransaction } from "@/lib/transactions/open/open-transaction";

export const endpoint = endpointAt("/confidential/access", [
  bind(openTransactionById, (cx, { body }) =>
    openTransaction(cx, body.transaction_id, askedOf(cx, body.transaction_id, body)),
  ),
]);
