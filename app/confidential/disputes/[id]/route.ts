import { getDispute } from "@/lib/api-client/operations/disputes";
import { getDispute as get } from "@/lib/disputes/get-dispute";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/disputes/{id}", [
  bind(getDispute, (cx, { params }) => get(cx, params.id)),
]);
