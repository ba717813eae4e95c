import { endOtherSessions } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { endOtherSessions as endOthers } from "@/lib/identity/account/end-own-sessions";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/sessions/end-others",
  [bind(endOtherSessions, (cx) => withSession(cx, endOthers))],
);
