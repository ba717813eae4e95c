import { agreeToAgreement as agree } from "@/lib/administration/agreements/decide-agreement";
import { agreeToAgreement } from "@/lib/api-client/operations/agreements";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/agreements/{id}/agree", [
  bind(agreeToAgreement, (cx, { params, body }) =>
    withAdministration(cx, (own) => agree(own, params.id, body)),
  ),
]);
