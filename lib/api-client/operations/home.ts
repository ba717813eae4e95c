import { operation } from "@/lib/api-client/operation";
import { Home, PlaceCounts } from "@/lib/home/schema";

export const getHome = operation({
  id: "getHome",
  method: "GET",
  path: "/confidential/home",
  summary: "What needs the caller now, most urgent first, and what others did since the last visit.",
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
    "How many requests wait or are open, grants are in force and disputes go on, as far as the caller may know.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: PlaceCounts },
  rate: "reads",
  action: "system.home",
});
