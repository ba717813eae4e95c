import { suspendPerson as suspend } from "@/lib/administration/people/end-person";
import { suspendPerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/suspend", [
  bind(suspendPerson, (cx, { params, body }) => suspend(cx, params.id, body.reason)),
]);
