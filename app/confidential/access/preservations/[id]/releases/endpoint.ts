import { releaseHold as change } from "@/lib/access/preservations/change-preservation";
import { releaseHold } from "@/lib/api-client/operations/preservations";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/preservations/{id}/releases", [
  bind(releaseHold, (cx, { params, body }) => change(cx, params.id, body)),
]);
