import { withdrawUnreadableRequest as withdraw } from "@/lib/access/requests/withdraw-request";
import { withdrawUnreadableRequest } from "@/lib/api-client/operations/admin-requests";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/requests/{id}/withdraw", [
  bind(withdrawUnreadableRequest, (cx, { params, body }) => withdraw(cx, params.id, body.reason)),
]);
