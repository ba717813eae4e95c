import { exportLogAsHolder } from "@/lib/access/exports/export-under-grant";
import { exportAuditLog } from "@/lib/api-client/operations/audit";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/export", [
  bind(exportAuditLog, (cx, { query }) => exportLogAsHolder(cx, query)),
]);
