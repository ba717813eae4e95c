import { getRecordAccess as get } from "@/lib/administration/access-review/record-access";
import { getRecordAccess } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/record-access/{id}", [
  bind(getRecordAccess, (cx, { params }) => get(cx, params.id)),
]);
