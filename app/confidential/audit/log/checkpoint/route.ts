import { getLogCheckpoint } from "@/lib/api-client/operations/audit";
import { getCheckpoint } from "@/lib/audit/get-checkpoint";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { textReply } from "@/lib/http/text-reply";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/log/checkpoint", [
  bind(getLogCheckpoint, async (cx, { query }) => textReply(await getCheckpoint(cx, query.log))),
]);
