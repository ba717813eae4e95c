import { downloadAuditExport } from "@/lib/api-client/operations/audit";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/exports/{id}/file", [
  bind(downloadAuditExport, (cx, { params, ...asked }) => downloadExport(cx, params.id, asked)),
]);
