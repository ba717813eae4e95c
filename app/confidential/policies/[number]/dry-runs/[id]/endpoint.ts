import { getDryRun } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getDryRun as get } from "@/lib/policies/dry-run/request-dry-run";

export const endpoint = endpointAt("/confidential/policies/{number}/dry-runs/{id}", [
  bind(getDryRun, (cx, { params }) => get(cx, params.number, params.id)),
]);
