import { listQuarantine } from "@/lib/api-client/operations/quarantine";
import { listQuarantine as list } from "@/lib/audit/reading/list-quarantine";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/quarantine", [
  bind(listQuarantine, (cx, { query }) => list(cx, query)),
]);
