import { askDuties } from "@/lib/administration/people/ask-changes";
import { changeDuties } from "@/lib/api-client/operations/people";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/admin/users/{id}/duties",
  [bind(changeDuties, (cx, { params, body }) => askDuties(cx, params.id, body))],
);
