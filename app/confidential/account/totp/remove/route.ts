import { removeTotp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { removeTotp as remove } from "@/lib/identity/account/remove-factor";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/totp/remove", [
  bind(removeTotp, (cx) => withSession(cx, remove)),
]);
