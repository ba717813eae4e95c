import { refuseErasure } from "@/lib/api-client/operations/erasures";
import { refuseErasureAsked } from "@/lib/audit/retention/erasure/decide-erasure";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/erasures/{id}/refusals", [
  bind(refuseErasure, (cx, { params }) => refuseErasureAsked(cx, params.id)),
]);
