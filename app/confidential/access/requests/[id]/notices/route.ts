import { decideNotice as decide } from "@/lib/access/notices/decide-notice";
import { decideNotice } from "@/lib/api-client/operations/notices";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/notices",
  [bind(decideNotice, (cx, { params, body }) => decide(cx, params.id, body))],
);
