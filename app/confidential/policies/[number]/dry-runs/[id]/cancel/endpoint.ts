import { cancelDryRun } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { cancelDryRun as cancel } from "@/lib/policies/dry-run/request-dry-run";

export const endpoint = endpointAt("/confidential/policies/{number}/dry-runs/{id}/cancel", [
  bind(cancelDryRun, (cx, { params }) => cancel(cx, params.number, params.id)),
]);
