import { getAlert as load } from "@/lib/alerts/list-alerts";
import { getAlert } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alerts/{id}", [
  bind(getAlert, (cx, { params }) => load(cx, params.id)),
]);
