import { invitePerson as invite } from "@/lib/administration/people/invite-person";
import { invitePerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/invitations", [
  bind(invitePerson, (cx, { body }) => withAdministration(cx, (own) => invite(own, body))),
]);
