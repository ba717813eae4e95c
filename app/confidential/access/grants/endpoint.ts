import { listGrants as list } from "@/lib/access/grants/list-grants";
import { listGrants } from "@/lib/api-client/operations/grants";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/grants", [
  bind(listGrants, (cx, { query }) => list(cx, query)),
]);
