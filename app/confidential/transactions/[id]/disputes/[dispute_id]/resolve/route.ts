import { resolveDisputeOfTransaction } from "@/lib/api-client/operations/disputes";
import { resolveDispute } from "@/lib/disputes/resolve-dispute";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/disputes/{dispute_id}/resolve",
  [
    bind(resolveDisputeOfTransaction, (cx, { params, body }) =>
      resolveDispute(cx, { id: params.dispute_id, transactionId: params.id }, body),
    ),
  ],
);
