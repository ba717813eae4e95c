import { getKey } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { getKey as findKey } from "@/lib/keys/list-keys";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}", [
  bind(getKey, (cx, { params }) => findKey(cx, params.id)),
]);
