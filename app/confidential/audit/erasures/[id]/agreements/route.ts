import { agreeToErasure } from "@/lib/api-client/operations/erasures";
import { agreeToErasure as agree } from "@/lib/audit/retention/erasure/decide-erasure";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/erasures/{id}/agreements",
  [bind(agreeToErasure, (cx, { params }) => agree(cx, params.id))],
);
