import { exportRecordAccess as exportAsCsv } from "@/lib/administration/access-review/record-access";
import { exportRecordAccess } from "@/lib/api-client/operations/administration/access-reviews";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/record-access/{id}/export", [
  bind(exportRecordAccess, (cx, { params }) => exportAsCsv(cx, params.id)),
]);
