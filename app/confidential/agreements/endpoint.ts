import { listAgreements as list } from "@/lib/administration/agreements/list-agreements";
import { listAgreements } from "@/lib/api-client/operations/administration/agreements";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/agreements", [
  bind(listAgreements, (cx, { query }) => list(cx, query)),
]);
