import { listAuditActors } from "@/lib/api-client/operations/audit";
import { listActors } from "@/lib/audit/reading/actors/list-actors";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/actors", [
  bind(listAuditActors, (cx, { query }) => listActors(cx, query)),
]);
