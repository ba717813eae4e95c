import { cancelAuditExport, getAuditExport } from "@/lib/api-client/operations/audit";
import { cancelExport } from "@/lib/audit/export/cancel-export";
import { getExport } from "@/lib/audit/export/get-export";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/exports/{id}", [
  bind(getAuditExport, (cx, { params }) => getExport(cx, params.id)),
  bind(cancelAuditExport, (cx, { params }) => cancelExport(cx, params.id)),
]);
