import { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { NewCoViewerEnd } from "@/lib/access/requests/schema";
import { operation } from "@/lib/api-client/operation";
import { RequestPath } from "@/lib/api-client/operations/access";

export const endCoViewer = operation({
  id: "endCoViewer",
  method: "POST",
  path: "/confidential/access/requests/{id}/co-viewer-ends",
  summary:
    "Take a co-viewer out of a request for good, by its requester or a reviewer; in force at the next decision.",
  scopes: ["request", "decide"],
  roles: ["auditor", "regulator", "coordinator"],
  params: RequestPath,
  body: NewCoViewerEnd,
  response: { status: 200, schema: RequestAnswer },
  rate: "writes",
  action: "request.end-co-viewer",
  about: { request: "id" },
});
