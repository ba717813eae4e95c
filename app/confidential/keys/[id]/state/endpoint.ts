import { changeKeyState } from "@/lib/api-client/operations/keys";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { changeKeyState as change } from "@/lib/keys/change-state";

export const endpoint = endpointAt("/confidential/keys/{id}/state", [
  bind(changeKeyState, (cx, { params, body }) => change(cx, params.id, body)),
]);
