import { confirmAuthority } from "@/lib/api-client/operations/authorities";
import { confirmAuthority as confirm } from "@/lib/authorities/registry/confirm-authority";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/confirmations",
  [bind(confirmAuthority, (cx, { params, body }) => confirm(cx, params.id, body))],
);
