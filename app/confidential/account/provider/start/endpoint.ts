import { startOwnProvider } from "@/lib/api-client/operations/account-provider";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { startOwnProvider as start } from "@/lib/identity/account/own-provider";

export const endpoint = endpointAt("/confidential/account/provider/start", [
  bind(startOwnProvider, (cx, { body }) => withSession(cx, (own) => start(own, body.purpose))),
]);
