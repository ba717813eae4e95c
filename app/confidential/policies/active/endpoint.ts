import { getActivePolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getActiveSet } from "@/lib/policies/get-set";

export const endpoint = endpointAt("/confidential/policies/active", [
  bind(getActivePolicySet, (cx) => getActiveSet(cx)),
]);
