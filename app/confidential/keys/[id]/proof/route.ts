import { proveKey } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { proveKey as prove } from "@/lib/keys/possession/prove-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/proof", [
  bind(proveKey, (cx, { params, body }) => prove(cx, params.id, body)),
]);
