import { getAgencyRecord as read, setAgencyRecord as set } from "@/lib/access/office/agency/agency-record";
import { getAgencyRecord, setAgencyRecord } from "@/lib/api-client/operations/organisations";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/organisations/{id}/agency",
  [
    bind(getAgencyRecord, (cx, { params }) => read(cx, params.id)),
    bind(setAgencyRecord, (cx, { params, body }) => set(cx, params.id, body)),
  ],
);
