import { setTransactionRetention } from "@/lib/api-client/operations/transactions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { setRetention } from "@/lib/transactions/status/set-retention";

export const endpoint = endpointAt("/confidential/transactions/{id}/retention", [
  bind(setTransactionRetention, (cx, { params, body }) => setRetention(cx, params.id, body)),
]);
