import { openTransaction } from "@/lib/api-client/operations/disclosures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { askedOf, openTransaction as open } from "@/lib/transactions/open/open-transaction";

export const endpoint = endpointAt("/confidential/transactions/{id}/access", [
  bind(openTransaction, (cx, { params, body }) => open(cx, params.id, askedOf(cx, params.id, body))),
]);
