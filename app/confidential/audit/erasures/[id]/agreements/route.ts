import { agreeToErasure } from "@/lib/api-client/operations/erasures";
import { agreeToErasure as agree } from "@/lib/audit/erasure/decide-erasure";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/erasures/{id}/agreements",
  [bind(agreeToErasure, (cx, { params }) => agree(cx, params.id))],
);
