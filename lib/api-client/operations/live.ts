import { operation } from "@/lib/api-client/operation";

export const streamChanges = operation({
  id: "streamChanges",
  method: "GET",
  path: "/confidential/events",
  summary:
    "Server-sent events about changes that the signed-in person may know of: {kind, id, state, version?}. A key gets 403.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, mediaType: "text/event-stream" },
  rate: "reads",
  action: "system.events",
  stream: true,
});
