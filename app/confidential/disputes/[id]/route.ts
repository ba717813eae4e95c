import { getDispute } from "@/lib/api-client/operations/disputes";
import { getDispute as get } from "@/lib/disputes/get-dispute";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/disputes/{id}", [
  bind(getDispute, (cx, { params }) => get(cx, params.id)),
]);
