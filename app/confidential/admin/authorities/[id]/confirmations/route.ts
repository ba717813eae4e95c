import { confirmAuthority } from "@/lib/api-client/operations/authorities";
import { confirmAuthority as confirm } from "@/lib/authority/registry/confirm-authority";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/confirmations",
  [bind(confirmAuthority, (cx, { params, body }) => confirm(cx, params.id, body))],
);
