import { withdrawAgreement as withdraw } from "@/lib/administration/agreements/decide-agreement";
import { withdrawAgreement } from "@/lib/api-client/operations/administration/agreements";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/agreements/{id}/withdraw", [
  bind(withdrawAgreement, (cx, { params, body }) => withdraw(cx, params.id, body)),
]);
