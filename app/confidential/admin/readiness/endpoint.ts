import { readReadiness } from "@/lib/administration/readiness/read-readiness";
import { runChecks } from "@/lib/administration/readiness/run-checks";
import { getReadinessList, runReadinessChecks } from "@/lib/api-client/operations/administration/readiness";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { withAdministration } from "@/lib/http/sign-in/with-session";

export const endpoint = endpointAt("/confidential/admin/readiness", [
  bind(getReadinessList, (cx) => readReadiness(cx)),
  bind(runReadinessChecks, (cx, { body }) => withAdministration(cx, (own) => runChecks(own, body))),
]);
