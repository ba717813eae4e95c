import { sendBackAgreement as sendBack } from "@/lib/administration/agreements/decide-agreement";
import { sendBackAgreement } from "@/lib/api-client/operations/agreements";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/agreements/{id}/send-back",
  [bind(sendBackAgreement, (cx, { params, body }) => sendBack(cx, params.id, body))],
);
