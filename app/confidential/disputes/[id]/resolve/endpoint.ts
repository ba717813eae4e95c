import { resolveDispute } from "@/lib/api-client/operations/disputes";
import { resolveDispute as resolve } from "@/lib/disputes/resolve-dispute";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/disputes/{id}/resolve", [
  bind(resolveDispute, (cx, { params, body }) => resolve(cx, params, body)),
]);
