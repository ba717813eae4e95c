import { renewRecoveryCodes } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { renewRecoveryCodes as renew } from "@/lib/identity/account/renew-recovery-codes";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/recovery-codes",
  [bind(renewRecoveryCodes, (cx) => withSession(cx, renew))],
);
