import { signRecovery } from "@/lib/api-client/operations/recoveries";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { signRecovery as sign } from "@/lib/keys/recovery/sign-recovery";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/keys/{id}/recovery/statements",
  [bind(signRecovery, (cx, { params, body }) => sign(cx, params.id, body))],
);
