import { listAlerts as load } from "@/lib/alerts/list-alerts";
import { listAlerts } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alerts", [
  bind(listAlerts, (cx, { query }) => load(cx, query)),
]);
