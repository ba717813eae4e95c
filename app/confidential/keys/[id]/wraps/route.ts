import { handOver, listWraps } from "@/lib/api-client/operations/wraps";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { handOver as post } from "@/lib/transactions/client-held/hand-over";
import { listWraps as list } from "@/lib/transactions/client-held/list-wraps";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/wraps", [
  bind(listWraps, (cx, { params, query }) => list(cx, params.id, query)),
  bind(handOver, (cx, { params, body }) => post(cx, params.id, body)),
]);
