import { endSession } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { withSession } from "@/lib/http/with-session";
import { endOwnSession } from "@/lib/identity/account/end-own-sessions";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/sessions/{id}/end",
  [bind(endSession, (cx, { params }) => withSession(cx, (own) => endOwnSession(own, params.id)))],
);
