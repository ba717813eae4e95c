import { openTransaction } from "@/lib/api-client/operations/disclosures";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { askedOf } from "@/lib/transactions/open/asked-of";
import { openTransaction as open } from "@/lib/transactions/open/open-transaction";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/access",
  [bind(openTransaction, (cx, { params, body }) => open(cx, params.id, askedOf(cx, params.id, body)))],
);
