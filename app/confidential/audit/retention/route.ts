import { getLogRetention } from "@/lib/api-client/operations/erasures";
import { getRetention } from "@/lib/audit/retention/get-retention";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/retention", [
  bind(getLogRetention, (cx) => getRetention(cx)),
]);
