import { proveKey } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { proveKey as prove } from "@/lib/keys/possession/prove-key";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/proof", [
  bind(proveKey, (cx, { params, body }) => prove(cx, params.id, body)),
]);
