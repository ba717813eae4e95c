import { proveKey } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { proveKey as prove } from "@/lib/keys/possession/prove-key";

export const endpoint = endpointAt("/confidential/keys/{id}/proof", [
  bind(proveKey, (cx, { params, body }) => prove(cx, params.id, body)),
]);
