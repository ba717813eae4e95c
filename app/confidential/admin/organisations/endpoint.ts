import { createNewOrganisation } from "@/lib/administration/organisations/organisations";
import {
  createOrganisation,
  listOrganisations,
} from "@/lib/api-client/operations/administration/organisations";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listOrganisations as list } from "@/lib/organisations/list-organisations";

export const endpoint = endpointAt("/confidential/admin/organisations", [
  bind(listOrganisations, (cx, { query }) => list(cx, query)),
  bind(createOrganisation, (cx, { body }) => createNewOrganisation(cx, body)),
]);
