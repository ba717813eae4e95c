import { listBreakGlass as list } from "@/lib/access/break-glass/list-break-glass";
import { useBreakGlass as breakGlass } from "@/lib/access/break-glass/use-break-glass";
import { listBreakGlass, useBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/break-glass", [
  bind(useBreakGlass, (cx, { body }) => breakGlass(cx, body)),
  bind(listBreakGlass, (cx, { query }) => list(cx, query)),
]);
