import { askAcknowledgement } from "@/lib/api-client/operations/quarantine";
import { askAcknowledgement as ask } from "@/lib/audit/aside/acknowledge";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/audit/acknowledgements",
  [bind(askAcknowledgement, (cx, { body }) => ask(cx, body))],
);
