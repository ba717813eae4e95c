import { refuseAgreement as refuse } from "@/lib/administration/agreements/decide-agreement";
import { refuseAgreement } from "@/lib/api-client/operations/agreements";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/agreements/{id}/refuse",
  [bind(refuseAgreement, (cx, { params, body }) => refuse(cx, params.id, body))],
);
