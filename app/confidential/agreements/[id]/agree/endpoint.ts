import { agreeToAgreement as agree } from "@/lib/administration/agreements/decide-agreement";
import { agreeToAgreement } from "@/lib/api-client/operations/administration/agreements";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/agreements/{id}/agree", [
  bind(agreeToAgreement, (cx, { params, body }) =>
    withAdministration(cx, (own) => agree(own, params.id, body)),
  ),
]);
