import { getTransaction } from "@/lib/api-client/operations/transactions";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getTransaction as get } from "@/lib/transactions/read/load-known";

export const endpoint = endpointAt("/confidential/transactions/{id}", [
  bind(getTransaction, (cx, { params }) => get(cx, params.id)),
]);
