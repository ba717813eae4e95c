import { addAuthorityList as add } from "@/lib/access/legal-authorities/add-authority-list";
import { addAuthorityList } from "@/lib/api-client/operations/authorities";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/authorities/{id}/crls", [
  bind(addAuthorityList, (cx, { params, body }) => add(cx, params.id, body)),
]);
