import { listEmergencies } from "@/lib/access/emergency/list-emergencies";
import { useBreakGlass as breakGlass } from "@/lib/access/emergency/use-break-glass";
import { listBreakGlass, useBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/break-glass", [
  bind(useBreakGlass, (cx, { body }) => breakGlass(cx, body)),
  bind(listBreakGlass, (cx, { query }) => listEmergencies(cx, query)),
]);
