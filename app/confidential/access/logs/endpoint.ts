import { listAccessLogs } from "@/lib/api-client/operations/audit";
import { listAccessLogs as listLogs } from "@/lib/audit/reading/list-access-logs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/logs", [
  bind(listAccessLogs, (cx, { query }) => listLogs(cx, query)),
]);
