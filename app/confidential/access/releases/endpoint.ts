import { listReleases as list } from "@/lib/access/executive-release/list-releases";
import { listReleases } from "@/lib/api-client/operations/releases";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/releases", [
  bind(listReleases, (cx, { query }) => list(cx, query)),
]);
