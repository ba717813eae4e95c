import { listCases as list } from "@/lib/access/cases/list-cases";
import { listCases } from "@/lib/api-client/operations/cases";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/cases", [
  bind(listCases, (cx, { query }) => list(cx, query)),
]);
