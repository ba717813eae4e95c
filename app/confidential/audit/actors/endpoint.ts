import { listAuditActors } from "@/lib/api-client/operations/audit";
import { listActors } from "@/lib/audit/reading/actors/list-actors";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/actors", [
  bind(listAuditActors, (cx, { query }) => listActors(cx, query)),
]);
