import { finishTestSignIn as finish } from "@/lib/administration/providers/test-provider";
import { finishTestSignIn } from "@/lib/api-client/operations/administration/providers";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provider/test/finish", [
  bind(finishTestSignIn, (cx, { params, body }) =>
    withAdministration(cx, (own) => finish(own, params.id, body.returned)),
  ),
]);
