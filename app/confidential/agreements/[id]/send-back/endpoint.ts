import { sendBackAgreement as sendBack } from "@/lib/administration/agreements/decide-agreement";
import { sendBackAgreement } from "@/lib/api-client/operations/administration/agreements";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/agreements/{id}/send-back", [
  bind(sendBackAgreement, (cx, { params, body }) => sendBack(cx, params.id, body)),
]);
