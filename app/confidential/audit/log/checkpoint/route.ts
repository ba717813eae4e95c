import { getLogCheckpoint } from "@/lib/api-client/operations/audit";
import { getCheckpoint } from "@/lib/audit/reading/proofs/get-checkpoint";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { textReply } from "@/lib/http/public/serve-public";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/log/checkpoint", [
  bind(getLogCheckpoint, async (cx, { query }) => textReply(await getCheckpoint(cx, query.log))),
]);
