import { refuseErasure } from "@/lib/api-client/operations/erasures";
import { refuseErasureAsked } from "@/lib/audit/retention/erasure/decide-erasure";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/erasures/{id}/refusals",
  [bind(refuseErasure, (cx, { params }) => refuseErasureAsked(cx, params.id))],
);
