import { confirmTotp } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { confirmTotp as confirm } from "@/lib/identity/account/confirm-totp";

export const endpoint = endpointAt("/confidential/account/totp/confirm", [
  bind(confirmTotp, (cx, { body }) => withSession(cx, (own) => confirm(own, body))),
]);
