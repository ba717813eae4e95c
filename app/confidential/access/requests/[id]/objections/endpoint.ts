import { objectRequest as objectTo } from "@/lib/access/deadlines/object-request";
import { objectRequest } from "@/lib/api-client/operations/steering";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/objections", [
  bind(objectRequest, (cx, { params, body }) => objectTo(cx, params.id, body)),
]);
