import { getLogRetention } from "@/lib/api-client/operations/erasures";
import { getRetention } from "@/lib/audit/retention/get-retention";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/retention", [
  bind(getLogRetention, (cx) => getRetention(cx)),
]);
