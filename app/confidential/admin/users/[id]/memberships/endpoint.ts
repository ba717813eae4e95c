import { askMemberships } from "@/lib/administration/people/ask-changes";
import { changeMemberships } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/memberships", [
  bind(changeMemberships, (cx, { params, body }) => askMemberships(cx, params.id, body)),
]);
