import { listAuthorities, registerAuthority } from "@/lib/api-client/operations/authorities";
import { listAuthorities as list } from "@/lib/authorities/registry/list-authorities";
import { registerAuthority as register } from "@/lib/authorities/registry/register-authority";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/authorities", [
  bind(listAuthorities, (cx, { query }) => list(cx, query)),
  bind(registerAuthority, (cx, { body }) => register(cx, body)),
]);
