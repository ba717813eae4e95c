import { getTransactionEnvelopes } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { getEnvelopes } from "@/lib/transactions/get-envelopes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/envelopes",
  [bind(getTransactionEnvelopes, (cx, { params }) => getEnvelopes(cx, params.id))],
);
