import { rollBackPolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { rollBackSet } from "@/lib/policies/roll-back";

export const endpoint = endpointAt("/confidential/policies/roll-back", [
  bind(rollBackPolicySet, (cx, { body }) => rollBackSet(cx, body)),
]);
