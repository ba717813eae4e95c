import { getPersonDetail } from "@/lib/administration/people/list-people";
import { getPerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/users/{id}", [
  bind(getPerson, (cx, { params }) => getPersonDetail(cx, params.id)),
]);
