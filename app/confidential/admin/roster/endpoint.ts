import { getRoster } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { getRoster as get } from "@/lib/identity/roster/get-roster";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/admin/roster", [
  bind(getRoster, async (cx) => get(cx, (await getRuntime()).site.rpId)),
]);
