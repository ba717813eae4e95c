import { setTransactionStatus } from "@/lib/api-client/operations/transactions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { setStatus } from "@/lib/transactions/status/set-status";

export const endpoint = endpointAt("/confidential/transactions/{id}/status", [
  bind(setTransactionStatus, (cx, { params, body }) => setStatus(cx, params.id, body)),
]);
