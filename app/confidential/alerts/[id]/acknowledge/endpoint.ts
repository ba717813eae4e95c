import { acknowledgeAlert as acknowledge } from "@/lib/alerts/act-on-alert";
import { acknowledgeAlert } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alerts/{id}/acknowledge", [
  bind(acknowledgeAlert, (cx, { params, body }) => acknowledge(cx, params.id, body)),
]);
