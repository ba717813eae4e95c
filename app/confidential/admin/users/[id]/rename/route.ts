import { renamePerson as rename } from "@/lib/administration/people/end-person";
import { renamePerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/rename",
  [bind(renamePerson, (cx, { params, body }) => rename(cx, params.id, body.name))],
);
