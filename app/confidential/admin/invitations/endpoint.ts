import { invitePerson as invite } from "@/lib/administration/people/invite-person";
import { invitePerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/invitations", [
  bind(invitePerson, (cx, { body }) => withAdministration(cx, (own) => invite(own, body))),
]);
