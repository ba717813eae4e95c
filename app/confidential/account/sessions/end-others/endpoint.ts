import { endOtherSessions } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { endOtherSessions as endOthers } from "@/lib/identity/account/end-own-sessions";

export const endpoint = endpointAt("/confidential/account/sessions/end-others", [
  bind(endOtherSessions, (cx) => withSession(cx, endOthers)),
]);
