import { testProvider as test } from "@/lib/administration/providers/test-provider";
import { testProvider } from "@/lib/api-client/operations/administration/providers";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provider/test", [
  bind(testProvider, (cx, { params }) => withAdministration(cx, (own) => test(own, params.id))),
]);
