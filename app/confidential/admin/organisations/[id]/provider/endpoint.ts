import { askProvider, getOrganisationSignIn as get } from "@/lib/administration/providers/ask-provider";
import { getOrganisationSignIn, setProvider } from "@/lib/api-client/operations/administration/providers";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provider", [
  bind(getOrganisationSignIn, (cx, { params }) => withAdministration(cx, (own) => get(own, params.id))),
  bind(setProvider, (cx, { params, body }) =>
    withAdministration(cx, (own) => askProvider(own, params.id, body)),
  ),
]);
