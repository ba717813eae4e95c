import { signOut } from "@/lib/api-client/operations/account";
import { bind, Reply } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { forgetSession, withSession } from "@/lib/http/with-session";
import { signOut as end } from "@/lib/identity/account/end-own-sessions";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/sign-out", [
  bind(signOut, (cx) =>
    withSession(cx, async (own) => new Reply(200, await end(own), { "set-cookie": forgetSession(own.site) })),
  ),
]);
