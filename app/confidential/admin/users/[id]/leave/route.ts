import { leavePerson as leave } from "@/lib/administration/people/end-person";
import { leavePerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/leave",
  [bind(leavePerson, (cx, { params, body }) => leave(cx, params.id, body))],
);
