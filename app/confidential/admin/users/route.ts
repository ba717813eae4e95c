import { listPeople as list } from "@/lib/administration/people/list-people";
import { listPeople } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/users", [
  bind(listPeople, (cx, { query }) => list(cx, query)),
]);
