import { listAuthorities, registerAuthority } from "@/lib/api-client/operations/authorities";
import { listAuthorities as list } from "@/lib/authority/registry/list-authorities";
import { registerAuthority as register } from "@/lib/authority/registry/register-authority";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/authorities", [
  bind(listAuthorities, (cx, { query }) => list(cx, query)),
  bind(registerAuthority, (cx, { body }) => register(cx, body)),
]);
