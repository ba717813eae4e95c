import { recordBackup } from "@/lib/administration/readiness/record";
import { recordRootBackup } from "@/lib/api-client/operations/administration/readiness";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/readiness/backup", [
  bind(recordRootBackup, (cx, { body }) => recordBackup(cx, body)),
]);
