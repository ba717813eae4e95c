import { assignRequest as assign } from "@/lib/access/review/assign-request";
import { assignRequest } from "@/lib/api-client/operations/decisions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/assignee", [
  bind(assignRequest, (cx, { params, body }) => assign(cx, params.id, body)),
]);
