import { listBreakGlass as list } from "@/lib/access/break-glass/list-break-glass";
import { useBreakGlass as breakGlass } from "@/lib/access/break-glass/use-break-glass";
import { listBreakGlass, useBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/break-glass", [
  bind(useBreakGlass, (cx, { body }) => breakGlass(cx, body)),
  bind(listBreakGlass, (cx, { query }) => list(cx, query)),
]);
