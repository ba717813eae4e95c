import {
  askProvisioning,
  etagOfProvisioning,
  getProvisioning as get,
} from "@/lib/administration/provisioning/manage-provisioning";
import { getProvisioning, setProvisioning } from "@/lib/api-client/operations/administration/provisioning";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/provisioning", [
  bind(getProvisioning, (cx, { params }) =>
    withAdministration(cx, async (own) => {
      const found = await get(own, params.id);
      return new Reply(200, found, { etag: etagOfProvisioning(found) });
    }),
  ),
  bind(setProvisioning, (cx, { params, body, ifMatch }) =>
    withAdministration(cx, (own) => askProvisioning(own, params.id, body, ifMatch)),
  ),
]);
