import { cancelReplay } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { cancelReplay as cancel } from "@/lib/policies/replay/request-replay";

export const endpoint = endpointAt("/confidential/policy-replays/{id}/cancel", [
  bind(cancelReplay, (cx, { params }) => cancel(cx, params.id)),
]);
