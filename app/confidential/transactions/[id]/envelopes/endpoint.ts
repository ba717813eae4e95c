import { getTransactionEnvelopes } from "@/lib/api-client/operations/transactions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";

export const endpoint = endpointAt("/confidential/transactions/{id}/envelopes", [
  bind(getTransactionEnvelopes, (cx, { params }) => getEnvelopes(cx, params.id)),
]);
