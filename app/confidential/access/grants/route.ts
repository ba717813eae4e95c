import { listGrants as list } from "@/lib/access/grants/list-grants";
import { listGrants } from "@/lib/api-client/operations/grants";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/grants", [
  bind(listGrants, (cx, { query }) => list(cx, query)),
]);
