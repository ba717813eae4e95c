import { listDryRuns, startDryRun } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { listDryRuns as list, requestDryRun } from "@/lib/policies/dry-run/request-dry-run";

export const endpoint = endpointAt("/confidential/policies/{number}/dry-runs", [
  bind(listDryRuns, (cx, { params }) => list(cx, params.number)),
  bind(startDryRun, (cx, { params }) => requestDryRun(cx, params.number)),
]);
