import { getLogTile } from "@/lib/api-client/operations/log";
import { getTile } from "@/lib/audit/reading/proofs/get-tile";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { bytesReply } from "@/lib/http/public/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/log/tile/{level}/{index}",
  [bind(getLogTile, async (cx, { params }) => bytesReply(await getTile(cx, params.level, params.index)))],
);
