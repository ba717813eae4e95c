import { askRosterVersion } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { askRosterVersion as ask } from "@/lib/identity/roster/ask-version";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/admin/roster/versions", [
  bind(askRosterVersion, async (cx, { body }) => ask(cx, (await getRuntime()).site.rpId, body)),
]);
