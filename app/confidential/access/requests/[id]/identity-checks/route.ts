import { checkIdentity as check } from "@/lib/access/review/identity-check";
import { checkIdentity } from "@/lib/api-client/operations/decisions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/identity-checks",
  [bind(checkIdentity, (cx, { params, body }) => check(cx, params.id, body))],
);
