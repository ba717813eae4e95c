import { listAccessLogs } from "@/lib/api-client/operations/audit";
import { listAccessLogs as listLogs } from "@/lib/audit/reading/list-access-logs";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/logs", [
  bind(listAccessLogs, (cx, { query }) => listLogs(cx, query)),
]);
