import { getHours } from "@/lib/access/office/get-hours";
import { setHours } from "@/lib/access/office/set-hours";
import { getOrganisationHours, setOrganisationHours } from "@/lib/api-client/operations/organisations";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/organisations/{id}/hours",
  [
    bind(getOrganisationHours, (cx, { params }) => getHours(cx, params.id)),
    bind(setOrganisationHours, (cx, { params, body }) => setHours(cx, params.id, body)),
  ],
);
