import { operation } from "@/lib/api-client/operation";
import { Home, PlaceCounts } from "@/lib/home/schema";

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
    "Numbers of waiting and open requests, grants in force and open disputes, as far as visible to the caller.",
  scopes: ["read"],
  roles: "any",
  response: { status: 200, schema: PlaceCounts },
  rate: "reads",
  action: "system.home",
});
