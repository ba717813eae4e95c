import { checkIdentity as check } from "@/lib/access/review/identity-check";
import { checkIdentity } from "@/lib/api-client/operations/decisions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/identity-checks", [
  bind(checkIdentity, (cx, { params, body }) => check(cx, params.id, body)),
]);
