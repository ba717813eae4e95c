import { getTransaction } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { getTransaction as get } from "@/lib/transactions/read/get-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transactions/{id}", [
  bind(getTransaction, (cx, { params }) => get(cx, params.id)),
]);
