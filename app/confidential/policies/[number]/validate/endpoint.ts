import { validatePolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { validateSet } from "@/lib/policies/save-draft";

export const endpoint = endpointAt("/confidential/policies/{number}/validate", [
  bind(validatePolicySet, (cx, { params, body }) => validateSet(cx, params.number, body)),
]);
