import { askRosterChange } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { askRosterChange as ask } from "@/lib/identity/roster/ask-roster-change";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/account/roster/changes", [
  bind(askRosterChange, async (cx, { body }) => ask(cx, (await getRuntime()).site.rpId, body)),
]);
