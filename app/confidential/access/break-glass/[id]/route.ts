import { getEmergency } from "@/lib/access/emergency/list-emergencies";
import { getBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/break-glass/{id}",
  [bind(getBreakGlass, (cx, { params }) => getEmergency(cx, params.id))],
);
