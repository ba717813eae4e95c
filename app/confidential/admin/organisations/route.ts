import { createNewOrganisation } from "@/lib/administration/organisations/organisations";
import { createOrganisation, listOrganisations } from "@/lib/api-client/operations/organisations";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { listOrganisations as list } from "@/lib/organisations/list-organisations";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/organisations", [
  bind(listOrganisations, (cx, { query }) => list(cx, query)),
  bind(createOrganisation, (cx, { body }) => createNewOrganisation(cx, body)),
]);
