import { listAuditActors } from "@/lib/api-client/operations/audit";
import { listActors } from "@/lib/audit/list-actors";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/actors", [
  bind(listAuditActors, (cx, { query }) => listActors(cx, query)),
]);
