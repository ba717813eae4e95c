import { refuseAgreement as refuse } from "@/lib/administration/agreements/decide-agreement";
import { refuseAgreement } from "@/lib/api-client/operations/administration/agreements";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/agreements/{id}/refuse", [
  bind(refuseAgreement, (cx, { params, body }) => refuse(cx, params.id, body)),
]);
