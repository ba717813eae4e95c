import { getTransactionEnvelopes } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { getEnvelopes } from "@/lib/transactions/read/get-envelopes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/envelopes",
  [bind(getTransactionEnvelopes, (cx, { params }) => getEnvelopes(cx, params.id))],
);
