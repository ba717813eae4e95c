import { readOrder as read } from "@/lib/access/review/read-order";
import { readOrder } from "@/lib/api-client/operations/decisions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/readings", [
  bind(readOrder, (cx, { params, body }) => read(cx, params.id, body)),
]);
