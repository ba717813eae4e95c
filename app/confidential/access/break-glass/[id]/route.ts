import { getBreakGlass as get } from "@/lib/access/break-glass/list-break-glass";
import { getBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/break-glass/{id}",
  [bind(getBreakGlass, (cx, { params }) => get(cx, params.id))],
);
