import { submitPolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { submitSet } from "@/lib/policies/submit-set";

export const endpoint = endpointAt("/confidential/policies/{number}/submit", [
  bind(submitPolicySet, (cx, { params, ifMatch }) => submitSet(cx, params.number, ifMatch)),
]);
