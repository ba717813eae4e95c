import { withdrawPolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withdrawSet } from "@/lib/policies/schedule-set";

export const endpoint = endpointAt("/confidential/policies/{number}/withdraw", [
  bind(withdrawPolicySet, (cx, { params, body }) => withdrawSet(cx, params.number, body)),
]);
