import { removePasskey } from "@/lib/api-client/operations/account";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withSession } from "@/lib/http/sign-in/with-session";
import { removePasskey as remove } from "@/lib/identity/account/remove-factor";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/passkeys/{id}/remove",
  [bind(removePasskey, (cx, { params }) => withSession(cx, (own) => remove(own, params.id)))],
);
