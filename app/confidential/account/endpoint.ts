import { getAccount } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { viewAccount } from "@/lib/identity/account/view-account";

export const endpoint = endpointAt("/confidential/account", [
  bind(getAccount, (cx) => withSession(cx, viewAccount)),
]);
