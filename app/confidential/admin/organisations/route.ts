import { listOrganisations as list } from "@/lib/access/office/list-organisations";
import { listOrganisations } from "@/lib/api-client/operations/organisations";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/organisations", [
  bind(listOrganisations, (cx, { query }) => list(cx, query)),
]);
