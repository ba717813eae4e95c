import { auditTransaction } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/audit",
  [bind(auditTransaction, (cx, { params, body }) => openTransaction(cx, params.id, body))],
);
