import { simulatePolicies } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { simulate } from "@/lib/policies/simulate/simulate";

export const endpoint = endpointAt("/confidential/policies/simulate", [
  bind(simulatePolicies, (cx, { body }) => simulate(cx, body)),
]);
