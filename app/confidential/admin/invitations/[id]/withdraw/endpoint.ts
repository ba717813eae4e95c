import { withdrawInvitation as withdraw } from "@/lib/administration/people/end-person";
import { withdrawInvitation } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/invitations/{id}/withdraw", [
  bind(withdrawInvitation, (cx, { params, body }) => withdraw(cx, params.id, body.reason)),
]);
