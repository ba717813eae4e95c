import { askRules } from "@/lib/administration/readiness/record";
import { askRulesRead } from "@/lib/api-client/operations/administration/readiness";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/readiness/policies", [
  bind(askRulesRead, (cx, { body }) => askRules(cx, body)),
]);
