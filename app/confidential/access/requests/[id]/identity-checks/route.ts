import { checkIdentity as check } from "@/lib/access/identity-check";
import { checkIdentity } from "@/lib/api-client/operations/decisions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/identity-checks",
  [bind(checkIdentity, (cx, { params, body }) => check(cx, params.id, body))],
);
