import { askResume } from "@/lib/administration/people/ask-changes";
import { resumePerson } from "@/lib/api-client/operations/administration/people";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/users/{id}/resume", [
  bind(resumePerson, (cx, { params, body }) => askResume(cx, params.id, body.reason)),
]);
