import { requestExportAsHolder } from "@/lib/access/grants/export-under-grant";
import { listAuditExports, requestAuditExport } from "@/lib/api-client/operations/audit";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/exports", [
  bind(listAuditExports, (cx, { query }) => listExports(cx, query)),
  bind(requestAuditExport, (cx, { body }) => requestExportAsHolder(cx, body)),
]);
