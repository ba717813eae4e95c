import { downloadProofQuestion } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { downloadQuestion } from "@/lib/policies/dry-run/request-dry-run";

export const endpoint = endpointAt("/confidential/policies/{number}/dry-runs/{id}/questions", [
  bind(downloadProofQuestion, (cx, { params, query }) =>
    downloadQuestion(cx, { ...params, action: query.action }),
  ),
]);
