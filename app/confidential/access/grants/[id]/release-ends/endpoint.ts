import { endRelease as end } from "@/lib/access/executive-release/end-release";
import { endRelease } from "@/lib/api-client/operations/releases";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/grants/{id}/release-ends", [
  bind(endRelease, (cx, { params, body }) => end(cx, params.id, body)),
]);
