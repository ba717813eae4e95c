import { agreeToAcknowledgement } from "@/lib/api-client/operations/quarantine";
import { agreeToAcknowledgement as decide } from "@/lib/audit/aside/acknowledge";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/acknowledgements/{id}/agreements",
  [bind(agreeToAcknowledgement, (cx, { params }) => decide(cx, params.id))],
);
