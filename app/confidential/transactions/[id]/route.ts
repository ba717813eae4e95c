import { getTransaction } from "@/lib/api-client/operations/transactions";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";
import { getTransaction as get } from "@/lib/transactions/get-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/transactions/{id}", [
  bind(getTransaction, (cx, { params }) => get(cx, params.id)),
]);
