import { getAccount } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { viewAccount } from "@/lib/identity/account/view-account";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account", [
  bind(getAccount, (cx) => withSession(cx, viewAccount)),
]);
