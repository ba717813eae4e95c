import { withdrawAuthority } from "@/lib/api-client/operations/authorities";
import { withdrawAuthority as withdraw } from "@/lib/authorities/registry/withdraw-authority";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/authorities/{id}/withdrawals",
  [bind(withdrawAuthority, (cx, { params, body }) => withdraw(cx, params.id, body))],
);
