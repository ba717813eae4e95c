import { getLogEntries } from "@/lib/api-client/operations/log";
import { getEntryBundle } from "@/lib/audit/get-tile";
import { bind } from "@/lib/http/bind";
import { bytesReply } from "@/lib/http/bytes-reply";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/log/tile/entries/{index}",
  [bind(getLogEntries, async (cx, { params }) => bytesReply(await getEntryBundle(cx, params.index)))],
);
