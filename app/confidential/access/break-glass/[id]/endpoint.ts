import { getBreakGlass as get } from "@/lib/access/break-glass/list-break-glass";
import { getBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/break-glass/{id}", [
  bind(getBreakGlass, (cx, { params }) => get(cx, params.id)),
]);
