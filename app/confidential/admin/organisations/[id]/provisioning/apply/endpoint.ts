import { applyProvisioning as applyAll } from "@/lib/administration/provisioning/manage-provisioning";
import { applyProvisioning } from "@/lib/api-client/operations/administration/provisioning";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provisioning/apply", [
  bind(applyProvisioning, (cx, { params }) => withAdministration(cx, (own) => applyAll(own, params.id))),
]);
