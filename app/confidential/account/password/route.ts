import { changePassword } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { changePassword as change } from "@/lib/identity/account/change-password";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/password", [
  bind(changePassword, (cx, { body }) => withSession(cx, (own) => change(own, body))),
]);
