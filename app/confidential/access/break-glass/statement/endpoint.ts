import { prepareBreakGlass as prepare } from "@/lib/access/break-glass/use-break-glass";
import { prepareBreakGlass } from "@/lib/api-client/operations/break-glass";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/break-glass/statement", [
  bind(prepareBreakGlass, (cx, { body }) => prepare(cx, body)),
]);
