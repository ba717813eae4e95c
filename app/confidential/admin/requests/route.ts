import { listUnreadableRequests as list } from "@/lib/access/requests/list-requests";
import { listUnreadableRequests } from "@/lib/api-client/operations/admin-requests";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/requests", [
  bind(listUnreadableRequests, (cx, { query }) => list(cx, query)),
]);
