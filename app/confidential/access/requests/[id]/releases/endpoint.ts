import { getRelease as get } from "@/lib/access/executive-release/get-release";
import { proposeRelease as propose } from "@/lib/access/executive-release/propose-release";
import { getRelease, proposeRelease } from "@/lib/api-client/operations/releases";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/releases", [
  bind(getRelease, (cx, { params }) => get(cx, params.id)),
  bind(proposeRelease, (cx, { params, body }) => propose(cx, params.id, body)),
]);
