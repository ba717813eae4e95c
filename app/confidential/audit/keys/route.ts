import { getAuditKeys } from "@/lib/api-client/operations/audit";
import { getAuditKeys as getKeys } from "@/lib/audit/reading/proofs/get-audit-keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/keys", [
  bind(getAuditKeys, (cx, { query }) => getKeys(cx, query.log)),
]);
