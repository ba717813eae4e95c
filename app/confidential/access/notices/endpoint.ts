import { listNotices as list } from "@/lib/access/notices/list-notices";
import { listNotices } from "@/lib/api-client/operations/notices";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/notices", [
  bind(listNotices, (cx, { query }) => list(cx, query)),
]);
