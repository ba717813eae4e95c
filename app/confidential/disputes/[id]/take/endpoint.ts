import { takeDispute } from "@/lib/api-client/operations/disputes";
import { takeDispute as take } from "@/lib/disputes/take-dispute";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/disputes/{id}/take", [
  bind(takeDispute, (cx, { params }) => take(cx, params)),
]);
