import { endSession } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { endOwnSession } from "@/lib/identity/account/end-own-sessions";

export const endpoint = endpointAt("/confidential/account/sessions/{id}/end", [
  bind(endSession, (cx, { params }) => withSession(cx, (own) => endOwnSession(own, params.id))),
]);
