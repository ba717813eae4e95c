import { activatePolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { activateSet } from "@/lib/policies/activate-set";

export const endpoint = endpointAt("/confidential/policies/{number}/activate", [
  bind(activatePolicySet, (cx, { params }) => activateSet(cx, params.number)),
]);
