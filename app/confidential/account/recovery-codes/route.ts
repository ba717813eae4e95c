import { renewRecoveryCodes } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { renewRecoveryCodes as renew } from "@/lib/identity/account/renew-recovery-codes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/recovery-codes",
  [bind(renewRecoveryCodes, (cx) => withSession(cx, renew))],
);
