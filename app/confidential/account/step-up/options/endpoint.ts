import { startStepUp } from "@/lib/api-client/operations/account";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withSession } from "@/lib/http/sign-in/with-session";
import { stepUpOptions } from "@/lib/identity/account/step-up";

export const endpoint = endpointAt("/confidential/account/step-up/options", [
  bind(startStepUp, (cx) => withSession(cx, stepUpOptions)),
]);
