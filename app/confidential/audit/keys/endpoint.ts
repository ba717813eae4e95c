import { getAuditKeys } from "@/lib/api-client/operations/audit";
import { getAuditKeys as getKeys } from "@/lib/audit/reading/proofs/get-audit-keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/keys", [
  bind(getAuditKeys, (cx, { query }) => getKeys(cx, query.log)),
]);
