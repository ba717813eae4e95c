import { prepareDispute } from "@/lib/api-client/operations/disputes";
import { prepareDispute as prepare } from "@/lib/disputes/prepare-dispute";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/transactions/{id}/disputes/statement", [
  bind(prepareDispute, (cx, { params, body }) => prepare(cx, params.id, body)),
]);
