import { listPreservations as list } from "@/lib/access/preservations/list-preservations";
import { preserveTransactions as preserve } from "@/lib/access/preservations/preserve-transactions";
import { listPreservations, preserveTransactions } from "@/lib/api-client/operations/preservations";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/preservations", [
  bind(preserveTransactions, (cx, { body }) => preserve(cx, body)),
  bind(listPreservations, (cx, { query }) => list(cx, query)),
]);
