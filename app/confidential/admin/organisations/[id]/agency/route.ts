import { askAgencyRecord } from "@/lib/administration/organisations/organisations";
import { getAgencyRecord, setAgencyRecord } from "@/lib/api-client/operations/organisations";
import { bind, Reply } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { etagOfAgency, getAgencyRecord as read } from "@/lib/organisations/agency/agency-record";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/organisations/{id}/agency",
  [
    bind(getAgencyRecord, async (cx, { params }) => {
      const record = await read(cx, params.id);
      return new Reply(200, record, { etag: etagOfAgency(record) });
    }),
    bind(setAgencyRecord, (cx, { params, body, ifMatch }) => askAgencyRecord(cx, params.id, body, ifMatch)),
  ],
);
