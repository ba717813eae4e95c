import { registerPasskey } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { registerPasskey as register } from "@/lib/identity/account/register-passkey";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/passkeys", [
  bind(registerPasskey, (cx, { body }) => withSession(cx, (own) => register(own, body))),
]);
