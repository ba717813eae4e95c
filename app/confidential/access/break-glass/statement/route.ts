import { prepareBreakGlass as prepare } from "@/lib/access/break-glass/use-break-glass";
import { prepareBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/break-glass/statement",
  [bind(prepareBreakGlass, (cx, { body }) => prepare(cx, body))],
);
