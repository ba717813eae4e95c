import { resolveAlert as resolve } from "@/lib/alerts/act-on-alert";
import { resolveAlert } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alerts/{id}/resolve", [
  bind(resolveAlert, (cx, { params, body }) => resolve(cx, params.id, body)),
]);
