import { getStatus } from "@/lib/api-client/operations/system";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { readStatus } from "@/lib/http/health/read-status";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/status", [
  bind(getStatus, (cx) => readStatus(cx)),
]);
