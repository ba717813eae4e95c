import { getAuditKeys } from "@/lib/api-client/operations/audit";
import { getAuditKeys as getKeys } from "@/lib/audit/get-audit-keys";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/keys", [
  bind(getAuditKeys, (cx, { query }) => getKeys(cx, query.log)),
]);
