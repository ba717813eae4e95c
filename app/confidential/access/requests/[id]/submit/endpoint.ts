import { submitRequest as submit } from "@/lib/access/requests/submit-request";
import { submitRequest } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/submit", [
  bind(submitRequest, (cx, { params }) => submit(cx, params.id)),
]);
