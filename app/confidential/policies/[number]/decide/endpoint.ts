import { decidePolicySet } from "@/lib/api-client/operations/policies";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { decideSet } from "@/lib/policies/submit-set";

export const endpoint = endpointAt("/confidential/policies/{number}/decide", [
  bind(decidePolicySet, (cx, { params, body }) => decideSet(cx, params.number, body)),
]);
