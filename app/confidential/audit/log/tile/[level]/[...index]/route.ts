import { getLogTile } from "@/lib/api-client/operations/log";
import { getTile } from "@/lib/audit/get-tile";
import { bind } from "@/lib/http/bind";
import { bytesReply } from "@/lib/http/bytes-reply";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/log/tile/{level}/{index}",
  [bind(getLogTile, async (cx, { params }) => bytesReply(await getTile(cx, params.level, params.index)))],
);
