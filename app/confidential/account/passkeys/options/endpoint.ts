import { startPasskey } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { startPasskey as start } from "@/lib/identity/account/register-passkey";

export const endpoint = endpointAt("/confidential/account/passkeys/options", [
  bind(startPasskey, (cx) => withSession(cx, start)),
]);
