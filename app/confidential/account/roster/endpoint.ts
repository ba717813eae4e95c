import { getRosterStanding } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getRosterStanding as getStanding } from "@/lib/identity/roster/get-roster-standing";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/account/roster", [
  bind(getRosterStanding, async (cx) => getStanding(cx, (await getRuntime()).site.rpId)),
]);
