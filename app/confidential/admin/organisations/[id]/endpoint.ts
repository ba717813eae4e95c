import {
  changeOrganisation as change,
  etagOfOrganisation,
  getOrganisation as get,
} from "@/lib/administration/organisations/organisations";
import {
  changeOrganisation,
  getOrganisation,
} from "@/lib/api-client/operations/administration/organisations";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}", [
  bind(getOrganisation, async (cx, { params }) => {
    const organisation = await get(cx, params.id);
    return new Reply(200, organisation, { etag: etagOfOrganisation(organisation) });
  }),
  bind(changeOrganisation, async (cx, { params, body, ifMatch }) => {
    const organisation = await change(cx, params.id, body, ifMatch);
    return new Reply(200, organisation, { etag: etagOfOrganisation(organisation) });
  }),
]);
