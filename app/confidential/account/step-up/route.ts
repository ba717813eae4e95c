import { stepUp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { stepUp as prove } from "@/lib/identity/account/step-up";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/step-up", [
  bind(stepUp, (cx, { body }) => withSession(cx, (own) => prove(own, body))),
]);
