import { signOut } from "@/lib/api-client/operations/account";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { forgetSession, withSession } from "@/lib/http/sign-in/with-session";
import { signOut as end } from "@/lib/identity/account/end-own-sessions";

export const endpoint = endpointAt("/confidential/account/sign-out", [
  bind(signOut, (cx) =>
    withSession(cx, async (own) => new Reply(200, await end(own), { "set-cookie": forgetSession(own.site) })),
  ),
]);
