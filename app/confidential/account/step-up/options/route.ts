import { startStepUp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { stepUpOptions } from "@/lib/identity/account/step-up";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/step-up/options",
  [bind(startStepUp, (cx) => withSession(cx, stepUpOptions))],
);
