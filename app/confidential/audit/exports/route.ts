import { requestExportAsHolder } from "@/lib/access/exports/export-under-grant";
import { listAuditExports, requestAuditExport } from "@/lib/api-client/operations/audit";
import { listExports } from "@/lib/audit/export/list-exports";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/exports", [
  bind(listAuditExports, (cx, { query }) => listExports(cx, query)),
  bind(requestAuditExport, (cx, { body }) => requestExportAsHolder(cx, body)),
]);
