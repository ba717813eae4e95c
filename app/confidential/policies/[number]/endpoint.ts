import { getPolicySet, savePolicySet } from "@/lib/api-client/operations/policies";
import { etagOf } from "@/lib/etag";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { getSet } from "@/lib/policies/get-set";
import { saveDraft } from "@/lib/policies/save-draft";

export const endpoint = endpointAt("/confidential/policies/{number}", [
  bind(getPolicySet, async (cx, { params }) => {
    const set = await getSet(cx, params.number);
    return new Reply(200, set, { etag: etagOf(set.revision) });
  }),
  bind(savePolicySet, async (cx, { params, body, ifMatch }) => {
    const set = await saveDraft(cx, params.number, body, ifMatch);
    return new Reply(200, set, { etag: etagOf(set.revision) });
  }),
]);
