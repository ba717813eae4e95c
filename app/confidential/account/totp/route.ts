import { startTotp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { startTotp as start } from "@/lib/identity/account/confirm-totp";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/totp", [
  bind(startTotp, (cx) => withSession(cx, start)),
]);
