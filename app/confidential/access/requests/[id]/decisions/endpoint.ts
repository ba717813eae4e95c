import { decideRequest as decide } from "@/lib/access/decisions/decide-request";
import { decideRequest } from "@/lib/api-client/operations/decisions";
import { versionOf } from "@/lib/etag";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/decisions", [
  bind(decideRequest, (cx, { params, body, ifMatch }) => decide(cx, params.id, body, versionOf(ifMatch))),
]);
