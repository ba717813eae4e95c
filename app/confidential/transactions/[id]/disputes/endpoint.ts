import { openDispute } from "@/lib/api-client/operations/disputes";
import { openDispute as open } from "@/lib/disputes/open-dispute";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/transactions/{id}/disputes", [
  bind(openDispute, (cx, { params, body }) => open(cx, params.id, body)),
]);
