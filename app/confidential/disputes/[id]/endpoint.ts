import { getDispute } from "@/lib/api-client/operations/disputes";
import { getDispute as get } from "@/lib/disputes/get-dispute";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/disputes/{id}", [
  bind(getDispute, (cx, { params }) => get(cx, params.id)),
]);
