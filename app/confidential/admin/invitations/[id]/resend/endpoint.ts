import { resendLink } from "@/lib/administration/people/ask-changes";
import { resendInvitation } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/invitations/{id}/resend", [
  bind(resendInvitation, (cx, { params }) => withAdministration(cx, (own) => resendLink(own, params.id))),
]);
