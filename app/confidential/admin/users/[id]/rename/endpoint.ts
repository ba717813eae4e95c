import { renamePerson as rename } from "@/lib/administration/people/end-person";
import { renamePerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/rename", [
  bind(renamePerson, (cx, { params, body }) => rename(cx, params.id, body.name)),
]);
