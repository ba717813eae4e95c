import { setThreshold } from "@/lib/alerts/rules/set-threshold";
import { setAlertThreshold } from "@/lib/api-client/operations/alerts";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/alert-thresholds/{name}", [
  bind(setAlertThreshold, (cx, { params, body }) => setThreshold(cx, params.name, body)),
]);
