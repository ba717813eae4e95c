import { listDisputes } from "@/lib/api-client/operations/disputes";
import { listDisputes as list } from "@/lib/disputes/list-disputes";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/disputes", [
  bind(listDisputes, (cx, { query }) => list(cx, query)),
]);
