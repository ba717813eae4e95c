import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { integerText } from "@/lib/schema";

export const streamChanges = operation({
  id: "streamChanges",
  method: "GET",
  path: "/confidential/events",
  summary:
    "Server-sent events about changes that the signed-in person may know of: {kind, id, state, version?}. A key gets 403.",
  scopes: ["read"],
  roles: "any",
  query: z.strictObject({
    /** Milliseconds since the listening page was requested: changes since then are sent first. */
    age: integerText(0, 86_400_000).optional(),
  }),
  response: { status: 200, mediaType: "text/event-stream" },
  rate: "reads",
  action: "system.events",
  sessionOnly: true,
  stream: true,
});
