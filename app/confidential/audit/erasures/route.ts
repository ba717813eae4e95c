import { askErasure, listErasures } from "@/lib/api-client/operations/erasures";
import { askErasure as ask } from "@/lib/audit/retention/erasure/ask-erasure";
import { listErasures as list } from "@/lib/audit/retention/erasure/list-erasures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/erasures", [
  bind(askErasure, (cx, { body }) => ask(cx, body)),
  bind(listErasures, (cx, { query }) => list(cx, query)),
]);
