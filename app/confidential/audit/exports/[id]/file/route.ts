import { downloadAuditExport } from "@/lib/api-client/operations/audit";
import { downloadExport } from "@/lib/audit/export/jobs/download-export";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/exports/{id}/file",
  [bind(downloadAuditExport, (cx, { params, ...asked }) => downloadExport(cx, params.id, asked))],
);
