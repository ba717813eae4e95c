import { agreeToErasure } from "@/lib/api-client/operations/erasures";
import { agreeToErasure as agree } from "@/lib/audit/retention/erasure/decide-erasure";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/erasures/{id}/agreements", [
  bind(agreeToErasure, (cx, { params }) => agree(cx, params.id)),
]);
