import { removeTotp } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { removeTotp as remove } from "@/lib/identity/account/remove-factor";

export const endpoint = endpointAt("/confidential/account/totp/remove", [
  bind(removeTotp, (cx) => withSession(cx, remove)),
]);
