import { stateFigures } from "@/lib/api-client/operations/disputes";
import { stateFigures as state } from "@/lib/disputes/figures/state-figures";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/disputes/{id}/figures", [
  bind(stateFigures, (cx, { params, body }) => state(cx, params, body)),
]);
