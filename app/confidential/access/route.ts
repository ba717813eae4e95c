import { openTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { askedOf } from "@/lib/transactions/open/asked-of";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access", [
  bind(openTransactionById, (cx, { body }) =>
    openTransaction(cx, body.transaction_id, askedOf(cx, body.transaction_id, body)),
  ),
]);
