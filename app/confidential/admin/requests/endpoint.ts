import { listUnreadableRequests as list } from "@/lib/access/requests/list-requests";
import { listUnreadableRequests } from "@/lib/api-client/operations/admin-requests";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/requests", [
  bind(listUnreadableRequests, (cx, { query }) => list(cx, query)),
]);
