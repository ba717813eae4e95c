import { startReplay } from "@/lib/api-client/operations/policy-runs";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { requestReplay } from "@/lib/policies/replay/request-replay";

export const endpoint = endpointAt("/confidential/policy-replays", [
  bind(startReplay, (cx, { body }) => requestReplay(cx, body)),
]);
