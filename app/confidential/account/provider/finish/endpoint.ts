import { finishOwnProvider } from "@/lib/api-client/operations/account-provider";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { finishOwnProvider as finish } from "@/lib/identity/account/own-provider";

export const endpoint = endpointAt("/confidential/account/provider/finish", [
  bind(finishOwnProvider, (cx, { body }) => withSession(cx, (own) => finish(own, body.returned))),
]);
