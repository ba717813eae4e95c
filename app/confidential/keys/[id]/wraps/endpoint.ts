import { handOver, listWraps } from "@/lib/api-client/operations/wraps";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { handOver as post } from "@/lib/transactions/client-held/hand-over";
import { listWraps as list } from "@/lib/transactions/client-held/list-wraps";

export const endpoint = endpointAt("/confidential/keys/{id}/wraps", [
  bind(listWraps, (cx, { params, query }) => list(cx, params.id, query)),
  bind(handOver, (cx, { params, body }) => post(cx, params.id, body)),
]);
