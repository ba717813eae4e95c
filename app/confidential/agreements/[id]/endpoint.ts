import { getAgreement as get } from "@/lib/administration/agreements/list-agreements";
import { getAgreement } from "@/lib/api-client/operations/administration/agreements";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/agreements/{id}", [
  bind(getAgreement, (cx, { params }) => get(cx, params.id)),
]);
