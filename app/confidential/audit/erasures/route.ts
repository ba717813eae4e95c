import { askErasure, listErasures } from "@/lib/api-client/operations/erasures";
import { askErasure as ask } from "@/lib/audit/erasure/ask-erasure";
import { listErasures as list } from "@/lib/audit/erasure/list-erasures";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/erasures", [
  bind(askErasure, (cx, { body }) => ask(cx, body)),
  bind(listErasures, (cx, { query }) => list(cx, query)),
]);
