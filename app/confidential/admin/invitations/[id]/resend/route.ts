import { resendLink } from "@/lib/administration/people/ask-changes";
import { resendInvitation } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/invitations/{id}/resend",
  [bind(resendInvitation, (cx, { params }) => withAdministration(cx, (own) => resendLink(own, params.id)))],
);
