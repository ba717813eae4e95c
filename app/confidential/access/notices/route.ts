import { listNotices as list } from "@/lib/access/notices/list-notices";
import { listNotices } from "@/lib/api-client/operations/notices";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/notices", [
  bind(listNotices, (cx, { query }) => list(cx, query)),
]);
