import { getGrant as view } from "@/lib/access/grants/get-grant";
import { getGrant } from "@/lib/api-client/operations/grants";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/grants/{id}", [
  bind(getGrant, (cx, { params }) => view(cx, params.id)),
]);
