import { getLogEntries } from "@/lib/api-client/operations/log";
import { getEntryBundle } from "@/lib/audit/reading/proofs/get-tile";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { bytesReply } from "@/lib/http/public/serve-public";

export const endpoint = endpointAt("/confidential/audit/log/tile/entries/{index}", [
  bind(getLogEntries, async (cx, { params }) => bytesReply(await getEntryBundle(cx, params.index))),
]);
