import { auditTransaction } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { auditTransaction as audit } from "@/lib/transactions/audit-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/audit",
  [bind(auditTransaction, (cx, { params, body }) => audit(cx, params.id, body))],
);
