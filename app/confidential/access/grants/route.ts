import { listGrants as list } from "@/lib/access/list-grants";
import { listGrants } from "@/lib/api-client/operations/grants";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/grants", [
  bind(listGrants, (cx, { query }) => list(cx, query)),
]);
