import { leavePerson as leave } from "@/lib/administration/people/end-person";
import { leavePerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/leave", [
  bind(leavePerson, (cx, { params, body }) => leave(cx, params.id, body)),
]);
