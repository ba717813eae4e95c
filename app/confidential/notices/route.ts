import { listOwnNotices as list } from "@/lib/access/notices/list-notices";
import { listOwnNotices } from "@/lib/api-client/operations/notices";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/notices", [
  bind(listOwnNotices, (cx, { query }) => list(cx, query)),
]);
