import { listPeople as list } from "@/lib/administration/people/list-people";
import { listPeople } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users", [
  bind(listPeople, (cx, { query }) => list(cx, query)),
]);
