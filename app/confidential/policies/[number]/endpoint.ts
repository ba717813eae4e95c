import { getPolicySet, savePolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getSet } from "@/lib/policies/get-set";
import { saveDraft } from "@/lib/policies/save-draft";

export const endpoint = endpointAt("/confidential/policies/{number}", [
  bind(getPolicySet, (cx, { params }) => getSet(cx, params.number)),
  bind(savePolicySet, (cx, { params, body, ifMatch }) => saveDraft(cx, params.number, body, ifMatch)),
]);
