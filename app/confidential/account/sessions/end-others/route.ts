import { endOtherSessions } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { endOtherSessions as endOthers } from "@/lib/identity/account/end-own-sessions";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/sessions/end-others",
  [bind(endOtherSessions, (cx) => withSession(cx, endOthers))],
);
