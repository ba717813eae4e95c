import { getPersonDetail } from "@/lib/administration/people/list-people";
import { getPerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}", [
  bind(getPerson, (cx, { params }) => getPersonDetail(cx, params.id)),
]);
