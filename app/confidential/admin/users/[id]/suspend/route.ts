import { suspendPerson as suspend } from "@/lib/administration/people/end-person";
import { suspendPerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/suspend",
  [bind(suspendPerson, (cx, { params, body }) => suspend(cx, params.id, body.reason))],
);
