import { recordCopy } from "@/lib/api-client/operations/disclosures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { recordCopy as record } from "@/lib/transactions/open/record-copy";

export const endpoint = endpointAt("/confidential/transactions/{id}/copies", [
  bind(recordCopy, (cx, { params, body }) => record(cx, params.id, body)),
]);
