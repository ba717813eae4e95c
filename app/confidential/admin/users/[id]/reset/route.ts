import { askReset } from "@/lib/administration/people/ask-changes";
import { resetPerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/reset",
  [bind(resetPerson, (cx, { params, body }) => askReset(cx, params.id, body.reason))],
);
