import { getStatus } from "@/lib/api-client/operations/system";
import { bind } from "@/lib/http/bind";
import { readStatus } from "@/lib/http/read-status";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/status", [
  bind(getStatus, (cx) => readStatus(cx)),
]);
