import { askErasure, listErasures } from "@/lib/api-client/operations/erasures";
import { askErasure as ask } from "@/lib/audit/retention/erasure/ask-erasure";
import { listErasures as list } from "@/lib/audit/retention/erasure/list-erasures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/erasures", [
  bind(askErasure, (cx, { body }) => ask(cx, body)),
  bind(listErasures, (cx, { query }) => list(cx, query)),
]);
