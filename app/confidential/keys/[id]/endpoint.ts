import { getKey } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getKey as findKey } from "@/lib/keys/list-keys";

export const endpoint = endpointAt("/confidential/keys/{id}", [
  bind(getKey, (cx, { params }) => findKey(cx, params.id)),
]);
