import { confirmAuthority } from "@/lib/api-client/operations/authorities";
import { confirmAuthority as confirm } from "@/lib/authorities/registry/confirm-authority";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/authorities/{id}/confirmations", [
  bind(confirmAuthority, (cx, { params, body }) => confirm(cx, params.id, body)),
]);
