import { setTransactionRetention } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { setRetention } from "@/lib/transactions/status/set-retention";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/retention",
  [bind(setTransactionRetention, (cx, { params, body }) => setRetention(cx, params.id, body))],
);
