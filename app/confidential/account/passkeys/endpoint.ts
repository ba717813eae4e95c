import { registerPasskey } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { registerPasskey as register } from "@/lib/identity/account/register-passkey";

export const endpoint = endpointAt("/confidential/account/passkeys", [
  bind(registerPasskey, (cx, { body }) => withSession(cx, (own) => register(own, body))),
]);
