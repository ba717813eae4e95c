import { listAside } from "@/lib/api-client/operations/aside";
import { listAside as list } from "@/lib/audit/aside/list-aside";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/aside", [
  bind(listAside, (cx, { query }) => list(cx, query)),
]);
