import { startTotp } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { startTotp as start } from "@/lib/identity/account/confirm-totp";

export const endpoint = endpointAt("/confidential/account/totp", [
  bind(startTotp, (cx) => withSession(cx, start)),
]);
