import { getLogEntries } from "@/lib/api-client/operations/log";
import { getEntryBundle } from "@/lib/audit/reading/proofs/get-tile";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { bytesReply } from "@/lib/http/public/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/log/tile/entries/{index}",
  [bind(getLogEntries, async (cx, { params }) => bytesReply(await getEntryBundle(cx, params.index)))],
);
