import { startPasskey } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { startPasskey as start } from "@/lib/identity/account/start-passkey";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/passkeys/options",
  [bind(startPasskey, (cx) => withSession(cx, start))],
);
