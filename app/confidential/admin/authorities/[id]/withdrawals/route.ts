import { withdrawAuthority } from "@/lib/api-client/operations/authorities";
import { withdrawAuthority as withdraw } from "@/lib/authority/registry/withdraw-authority";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/withdrawals",
  [bind(withdrawAuthority, (cx, { params, body }) => withdraw(cx, params.id, body))],
);
