import { listAuthorities, registerAuthority } from "@/lib/api-client/operations/authorities";
import { listAuthorities as list } from "@/lib/authorities/registry/list-authorities";
import { registerAuthority as register } from "@/lib/authorities/registry/register-authority";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/authorities", [
  bind(listAuthorities, (cx, { query }) => list(cx, query)),
  bind(registerAuthority, (cx, { body }) => register(cx, body)),
]);
