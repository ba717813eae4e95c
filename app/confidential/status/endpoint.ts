import { getStatus } from "@/lib/api-client/operations/system";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { readStatus } from "@/lib/http/health/read-status";

export const endpoint = endpointAt("/confidential/status", [bind(getStatus, (cx) => readStatus(cx))]);
