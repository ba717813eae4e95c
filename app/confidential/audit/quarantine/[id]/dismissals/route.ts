import { dismissQuarantined } from "@/lib/api-client/operations/quarantine";
import { dismissQuarantined as dismiss } from "@/lib/audit/reading/dismiss-quarantined";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/quarantine/{id}/dismissals",
  [bind(dismissQuarantined, (cx, { params, body }) => dismiss(cx, params.id, body))],
);
