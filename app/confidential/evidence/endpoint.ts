import { listEvidence, makeEvidence } from "@/lib/api-client/operations/evidence";
import { listEvidence as list } from "@/lib/evidence/list-evidence";
import { makeEvidence as make } from "@/lib/evidence/make-evidence";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/evidence", [
  bind(listEvidence, (cx, { query }) => list(cx, query)),
  bind(makeEvidence, (cx, { body }) => make(cx, body)),
]);
