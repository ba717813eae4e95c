import { confirmMail } from "@/lib/administration/readiness/record";
import { confirmReadinessMail } from "@/lib/api-client/operations/administration/readiness";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/readiness/mail", [
  bind(confirmReadinessMail, (cx, { body }) => withAdministration(cx, (own) => confirmMail(own, body))),
]);
