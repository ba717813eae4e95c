import { cancelAuditExport, getAuditExport } from "@/lib/api-client/operations/audit";
import { getExport } from "@/lib/audit/export/history/get-export";
import { cancelExport } from "@/lib/audit/export/jobs/cancel-export";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/exports/{id}", [
  bind(getAuditExport, (cx, { params }) => getExport(cx, params.id)),
  bind(cancelAuditExport, (cx, { params }) => cancelExport(cx, params.id)),
]);
