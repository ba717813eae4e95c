import { resolveDisputeOfTransaction } from "@/lib/api-client/operations/disputes";
import { resolveDispute } from "@/lib/disputes/resolve-dispute";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/transactions/{id}/disputes/{dispute_id}/resolve", [
  bind(resolveDisputeOfTransaction, (cx, { params, body }) =>
    resolveDispute(cx, { id: params.dispute_id, transactionId: params.id }, body),
  ),
]);
