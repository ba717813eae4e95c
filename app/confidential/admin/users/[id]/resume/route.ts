import { askResume } from "@/lib/administration/people/ask-changes";
import { resumePerson } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/resume",
  [bind(resumePerson, (cx, { params, body }) => askResume(cx, params.id, body.reason))],
);
