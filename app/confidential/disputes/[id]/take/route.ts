import { takeDispute } from "@/lib/api-client/operations/disputes";
import { takeDispute as take } from "@/lib/disputes/take-dispute";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/disputes/{id}/take", [
  bind(takeDispute, (cx, { params }) => take(cx, params)),
]);
