import { removeOwnLink } from "@/lib/api-client/operations/account-provider";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { removeOwnLink as remove } from "@/lib/identity/account/own-provider";

export const endpoint = endpointAt("/confidential/account/provider/remove", [
  bind(removeOwnLink, (cx) => withSession(cx, remove)),
]);
