import {
  getOrganisationHours,
  setOrganisationHours,
} from "@/lib/api-client/operations/administration/organisations";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { etagOfHours, getHours } from "@/lib/organisations/read-office-hours";
import { setHours } from "@/lib/organisations/set-hours";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/hours", [
  bind(getOrganisationHours, async (cx, { params }) => {
    const hours = await getHours(cx, params.id);
    return new Reply(200, hours, { etag: etagOfHours(hours) });
  }),
  bind(setOrganisationHours, async (cx, { params, body, ifMatch }) => {
    const hours = await setHours(cx, params.id, body, ifMatch);
    return new Reply(200, hours, { etag: etagOfHours(hours) });
  }),
]);
