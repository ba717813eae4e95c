import { requestExportAsHolder } from "@/lib/access/grants/export-under-grant";
import { listAuditExports, requestAuditExport } from "@/lib/api-client/operations/audit";
import { listExports } from "@/lib/audit/export/history/list-exports";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/exports", [
  bind(listAuditExports, (cx, { query }) => listExports(cx, query)),
  bind(requestAuditExport, (cx, { body }) => requestExportAsHolder(cx, body)),
]);
