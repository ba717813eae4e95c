import { getThresholds } from "@/lib/alerts/rules/set-threshold";
import { listAlertThresholds } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alert-thresholds", [
  bind(listAlertThresholds, (cx, { query }) => getThresholds(cx, query)),
]);
