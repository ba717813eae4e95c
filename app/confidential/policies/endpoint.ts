import { createPolicySet, listPolicySets } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { createDraft } from "@/lib/policies/create-draft";
import { listSets } from "@/lib/policies/get-set";

export const endpoint = endpointAt("/confidential/policies", [
  bind(listPolicySets, (cx, { query }) => listSets(cx, query)),
  bind(createPolicySet, (cx, { body }) => createDraft(cx, body)),
]);
