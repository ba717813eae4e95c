import { changePassword } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { changePassword as change } from "@/lib/identity/account/change-password";

export const endpoint = endpointAt("/confidential/account/password", [
  bind(changePassword, (cx, { body }) => withSession(cx, (own) => change(own, body))),
]);
