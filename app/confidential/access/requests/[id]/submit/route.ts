import { submitRequest as submit } from "@/lib/access/requests/submit-request";
import { submitRequest } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/submit",
  [bind(submitRequest, (cx, { params }) => submit(cx, params.id))],
);
