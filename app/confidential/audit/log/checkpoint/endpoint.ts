import { getLogCheckpoint } from "@/lib/api-client/operations/audit";
import { getCheckpoint } from "@/lib/audit/reading/proofs/get-audit-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { textReply } from "@/lib/http/public/serve-public";

export const endpoint = endpointAt("/confidential/audit/log/checkpoint", [
  bind(getLogCheckpoint, async (cx, { query }) => textReply(await getCheckpoint(cx, query.log))),
]);
