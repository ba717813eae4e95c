import * as operations from "@/lib/api-client/operations/erasures";
import { askErasure } from "@/lib/audit/erasure/ask-erasure";
import { listErasures } from "@/lib/audit/erasure/list-erasures";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/erasures", [
  bind(operations.askErasure, (cx, { body }) => askErasure(cx, body)),
  bind(operations.listErasures, (cx) => listErasures(cx)),
]);
