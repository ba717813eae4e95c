import { listReleases as list } from "@/lib/access/executive-release/list-releases";
import { listReleases } from "@/lib/api-client/operations/releases";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/releases", [
  bind(listReleases, (cx, { query }) => list(cx, query)),
]);
