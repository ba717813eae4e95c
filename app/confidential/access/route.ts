import { openTransactionById } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { askedOf } from "@/lib/transactions/asked-of";
import { openTransaction } from "@/lib/transactions/open-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access", [
  bind(openTransactionById, (cx, { body }) =>
    openTransaction(cx, body.transaction_id, askedOf(cx, body.transaction_id, body)),
  ),
]);
