import { askMemberships } from "@/lib/administration/people/ask-changes";
import { changeMemberships } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/memberships",
  [bind(changeMemberships, (cx, { params, body }) => askMemberships(cx, params.id, body))],
);
