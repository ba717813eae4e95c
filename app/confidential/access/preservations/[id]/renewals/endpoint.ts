import { renewHold as change } from "@/lib/access/preservations/change-preservation";
import { renewHold } from "@/lib/api-client/operations/preservations";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/preservations/{id}/renewals", [
  bind(renewHold, (cx, { params, body }) => change(cx, params.id, body)),
]);
