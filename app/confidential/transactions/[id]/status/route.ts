import { setTransactionStatus } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { setStatus } from "@/lib/transactions/status/set-status";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/status",
  [bind(setTransactionStatus, (cx, { params, body }) => setStatus(cx, params.id, body))],
);
