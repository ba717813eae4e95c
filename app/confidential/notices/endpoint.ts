import { listOwnNotices as list } from "@/lib/access/notices/list-notices";
import { listOwnNotices } from "@/lib/api-client/operations/notices";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/notices", [
  bind(listOwnNotices, (cx, { query }) => list(cx, query)),
]);
