import { nameSecond } from "@/lib/administration/setup/second-administrator";
import { nameSecondAdministrator } from "@/lib/api-client/operations/administration/readiness";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/setup/second-administrator", [
  bind(nameSecondAdministrator, (cx, { body }) => withAdministration(cx, (own) => nameSecond(own, body))),
]);
