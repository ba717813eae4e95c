import { exportAuditLog } from "@/lib/api-client/operations/audit";
import { exportLog } from "@/lib/audit/export/export-log";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/export", [
  bind(exportAuditLog, (cx, { query }) => exportLog(cx, query)),
]);
