import { extendRequest as extend } from "@/lib/access/deadlines/extend-request";
import { extendRequest } from "@/lib/api-client/operations/steering";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/extensions", [
  bind(extendRequest, (cx, { params, body }) => extend(cx, params.id, body)),
]);
