import { startStepUp } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { stepUpOptions } from "@/lib/identity/account/step-up-options";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/step-up/options",
  [bind(startStepUp, (cx) => withSession(cx, stepUpOptions))],
);
