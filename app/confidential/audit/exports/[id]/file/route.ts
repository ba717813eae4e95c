import { downloadAuditExport } from "@/lib/api-client/operations/audit";
import { downloadExport } from "@/lib/audit/export/download-export";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/exports/{id}/file",
  [bind(downloadAuditExport, (cx, { params, ...asked }) => downloadExport(cx, params.id, asked))],
);
