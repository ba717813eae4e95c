import { getCallingKey } from "@/lib/api-client/operations/api-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { findCallingKey } from "@/lib/identity/api-keys/list-api-keys";

export const endpoint = endpointAt("/confidential/account/api-keys/current", [
  bind(getCallingKey, (cx) => findCallingKey(cx)),
]);
