import { startPasskey } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { startPasskey as start } from "@/lib/identity/account/register-passkey";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/passkeys/options",
  [bind(startPasskey, (cx) => withSession(cx, start))],
);
