import { askReset } from "@/lib/administration/people/ask-changes";
import { resetPerson } from "@/lib/api-client/operations/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/reset", [
  bind(resetPerson, (cx, { params, body }) => askReset(cx, params.id, body)),
]);
