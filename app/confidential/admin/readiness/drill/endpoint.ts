import { recordDrill } from "@/lib/administration/readiness/record";
import { recordRestoreDrill } from "@/lib/api-client/operations/administration/readiness";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/readiness/drill", [
  bind(recordRestoreDrill, (cx, { body }) => recordDrill(cx, body)),
]);
