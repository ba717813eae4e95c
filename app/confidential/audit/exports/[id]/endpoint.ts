import { cancelAuditExport, getAuditExport } from "@/lib/api-client/operations/audit";
import { getExport } from "@/lib/audit/export/history/get-export";
import { cancelExport } from "@/lib/audit/export/jobs/cancel-export";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/exports/{id}", [
  bind(getAuditExport, (cx, { params }) => getExport(cx, params.id)),
  bind(cancelAuditExport, (cx, { params }) => cancelExport(cx, params.id)),
]);
