import { withdrawAuthority } from "@/lib/api-client/operations/authorities";
import { withdrawAuthority as withdraw } from "@/lib/authorities/registry/withdraw-authority";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/authorities/{id}/withdrawals", [
  bind(withdrawAuthority, (cx, { params, body }) => withdraw(cx, params.id, body)),
]);
