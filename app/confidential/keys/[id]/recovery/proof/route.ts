import { beginRecovery } from "@/lib/api-client/operations/recoveries";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { beginRecovery as begin } from "@/lib/keys/recovery/begin-recovery";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/keys/{id}/recovery/proof",
  [bind(beginRecovery, (cx, { params, body }) => begin(cx, params.id, body))],
);
