import { withdrawAgreement as withdraw } from "@/lib/administration/agreements/decide-agreement";
import { withdrawAgreement } from "@/lib/api-client/operations/agreements";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/agreements/{id}/withdraw",
  [bind(withdrawAgreement, (cx, { params, body }) => withdraw(cx, params.id, body))],
);
