import { startTotp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { startTotp as start } from "@/lib/identity/account/start-totp";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/totp", [
  bind(startTotp, (cx) => withSession(cx, start)),
]);
