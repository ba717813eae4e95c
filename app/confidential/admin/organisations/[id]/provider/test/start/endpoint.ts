import { startTestSignIn as start } from "@/lib/administration/providers/test-provider";
import { startTestSignIn } from "@/lib/api-client/operations/administration/providers";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provider/test/start", [
  bind(startTestSignIn, (cx, { params }) => withAdministration(cx, (own) => start(own, params.id))),
]);
