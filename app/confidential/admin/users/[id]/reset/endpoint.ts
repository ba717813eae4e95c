import { askReset } from "@/lib/administration/people/ask-changes";
import { resetPerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/users/{id}/reset", [
  bind(resetPerson, (cx, { params, body }) =>
    withAdministration(cx, (own) => askReset(own, params.id, body)),
  ),
]);
