import { stepUp } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { stepUp as prove } from "@/lib/identity/account/step-up";

export const endpoint = endpointAt("/confidential/account/step-up", [
  bind(stepUp, (cx, { body }) => withSession(cx, (own) => prove(own, body))),
]);
