import { getLogTile } from "@/lib/api-client/operations/log";
import { getTile } from "@/lib/audit/reading/proofs/get-tile";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { bytesReply } from "@/lib/http/public/serve-public";

export const endpoint = endpointAt("/confidential/audit/log/tile/{level}/{index}", [
  bind(getLogTile, async (cx, { params }) => bytesReply(await getTile(cx, params.level, params.index))),
]);
