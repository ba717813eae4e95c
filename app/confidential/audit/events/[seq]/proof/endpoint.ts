import { getAuditProof } from "@/lib/api-client/operations/audit";
import { getProof } from "@/lib/audit/reading/proofs/get-proof";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { textReply } from "@/lib/http/public/serve-public";

export const endpoint = endpointAt("/confidential/audit/events/{seq}/proof", [
  bind(getAuditProof, async (cx, { params, query }) =>
    textReply(await getProof(cx, params.seq, query.log), `${params.seq}.tlog-proof`),
  ),
]);
