import { askDuties } from "@/lib/administration/people/ask-changes";
import { changeDuties } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/duties", [
  bind(changeDuties, (cx, { params, body }) => askDuties(cx, params.id, body)),
]);
