import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { Home, RailState } from "@/lib/home/schema";
import { SearchAnswer, SearchQuery } from "@/lib/home/search-schema";
import { integerText } from "@/lib/schema";

export const getHome = operation({
  id: "getHome",
  method: "GET",
  path: "/confidential/home",
  summary: "The caller's open tasks, most urgent first, and changes by others since the last visit.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: Home },
  rate: "reads",
  action: "system.home",
});

export const countPlaces = operation({
  id: "countPlaces",
  method: "GET",
  path: "/confidential/home/counts",
  summary:
    "Numbers of waiting and open requests, grants in force and open disputes, as far as visible to the caller, and the log's size.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: RailState },
  rate: "reads",
  action: "system.home",
});

export const search = operation({
  id: "search",
  method: "GET",
  path: "/confidential/search",
  summary:
    "Find cases, grants, requests, transactions, people, organisations, participants and keys by reference, id or name.",
  scopes: ["read"],
  roles: "any",
  query: SearchQuery,
  response: { status: 200, schema: SearchAnswer },
  rate: "reads",
  action: "search.read",
});

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
