import { listQuarantine } from "@/lib/api-client/operations/quarantine";
import { listQuarantine as list } from "@/lib/audit/reading/list-quarantine";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/quarantine", [
  bind(listQuarantine, (cx, { query }) => list(cx, query)),
]);
