import { disconnectProvider as disconnect } from "@/lib/administration/providers/ask-provider";
import { disconnectProvider } from "@/lib/api-client/operations/administration/providers";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provider/disconnect", [
  bind(disconnectProvider, (cx, { params, body }) =>
    withAdministration(cx, (own) => disconnect(own, params.id, body.reason)),
  ),
]);
