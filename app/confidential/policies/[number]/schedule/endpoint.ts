import { schedulePolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { scheduleSet } from "@/lib/policies/schedule-set";

export const endpoint = endpointAt("/confidential/policies/{number}/schedule", [
  bind(schedulePolicySet, (cx, { params, body }) => scheduleSet(cx, params.number, body)),
]);
