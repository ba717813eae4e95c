import { confirmTotp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { confirmTotp as confirm } from "@/lib/identity/account/confirm-totp";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/totp/confirm", [
  bind(confirmTotp, (cx, { body }) => withSession(cx, (own) => confirm(own, body))),
]);
