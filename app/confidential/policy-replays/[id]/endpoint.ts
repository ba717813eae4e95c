import { getReplay } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getReplay as get } from "@/lib/policies/replay/request-replay";

export const endpoint = endpointAt("/confidential/policy-replays/{id}", [
  bind(getReplay, (cx, { params }) => get(cx, params.id)),
]);
