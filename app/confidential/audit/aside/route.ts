import { listAside } from "@/lib/api-client/operations/quarantine";
import { listAside as list } from "@/lib/audit/aside/list-aside";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/aside", [
  bind(listAside, (cx, { query }) => list(cx, query)),
]);
