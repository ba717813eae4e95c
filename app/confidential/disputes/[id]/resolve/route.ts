import { resolveDispute } from "@/lib/api-client/operations/disputes";
import { resolveDispute as resolve } from "@/lib/disputes/resolve-dispute";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/disputes/{id}/resolve", [
  bind(resolveDispute, (cx, { params, body }) => resolve(cx, params, body)),
]);
