import { auditTransaction } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { auditTransaction as audit } from "@/lib/transactions/open/audit-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/audit",
  [bind(auditTransaction, (cx, { params, body }) => audit(cx, params.id, body))],
);
