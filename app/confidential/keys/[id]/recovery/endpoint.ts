import { askRecovery, getRecovery } from "@/lib/api-client/operations/recoveries";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { askRecovery as ask } from "@/lib/keys/recovery/ask-recovery";
import { getRecovery as read } from "@/lib/keys/recovery/get-recovery";

export const endpoint = endpointAt("/confidential/keys/{id}/recovery", [
  bind(getRecovery, (cx, { params }) => read(cx, params.id)),
  bind(askRecovery, (cx, { params, body }) => ask(cx, params.id, body)),
]);
