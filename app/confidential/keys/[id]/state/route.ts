import { changeKeyState } from "@/lib/api-client/operations/keys";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { changeKeyState as change } from "@/lib/keys/change-state";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/keys/{id}/state", [
  bind(changeKeyState, (cx, { params, body }) => change(cx, params.id, body)),
]);
