import { exportLogAsHolder } from "@/lib/access/grants/export-under-grant";
import { exportAuditLog } from "@/lib/api-client/operations/audit";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/export", [
  bind(exportAuditLog, (cx, { query }) => exportLogAsHolder(cx, query)),
]);
