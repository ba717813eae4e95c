import { agreeToAcknowledgement } from "@/lib/api-client/operations/aside";
import { agreeToAcknowledgement as decide } from "@/lib/audit/aside/acknowledge";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/acknowledgements/{id}/agreements",
  [bind(agreeToAcknowledgement, (cx, { params }) => decide(cx, params.id))],
);
