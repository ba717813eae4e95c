import { withdrawRequest as withdraw } from "@/lib/access/requests/withdraw-request";
import { withdrawRequest } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/withdraw", [
  bind(withdrawRequest, (cx, { params, body }) => withdraw(cx, params.id, body.reason)),
]);
