import { exportLogAsHolder } from "@/lib/access/grants/export-under-grant";
import { exportAuditLog } from "@/lib/api-client/operations/audit";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/export", [
  bind(exportAuditLog, (cx, { query }) => exportLogAsHolder(cx, query)),
]);
