import { refuseRecovery } from "@/lib/api-client/operations/recoveries";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { refuseRecovery as refuse } from "@/lib/keys/recovery/end-recovery";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/keys/{id}/recovery/refusals",
  [bind(refuseRecovery, (cx, { params, body }) => refuse(cx, params.id, body))],
);
