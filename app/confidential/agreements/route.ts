import { listAgreements as list } from "@/lib/administration/agreements/list-agreements";
import { listAgreements } from "@/lib/api-client/operations/agreements";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/agreements", [
  bind(listAgreements, (cx, { query }) => list(cx, query)),
]);
