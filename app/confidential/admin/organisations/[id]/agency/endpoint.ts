import { askAgencyRecord } from "@/lib/administration/organisations/organisations";
import { getAgencyRecord, setAgencyRecord } from "@/lib/api-client/operations/administration/organisations";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";
import { etagOfAgency, getAgencyRecord as read } from "@/lib/organisations/agency/agency-record";

export const endpoint = endpointAt("/confidential/admin/organisations/{id}/agency", [
  bind(getAgencyRecord, async (cx, { params }) => {
    const record = await read(cx, params.id);
    return new Reply(200, record, { etag: etagOfAgency(record) });
  }),
  bind(setAgencyRecord, (cx, { params, body, ifMatch }) => askAgencyRecord(cx, params.id, body, ifMatch)),
]);
