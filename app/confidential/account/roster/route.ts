import { getRosterStanding } from "@/lib/api-client/operations/roster";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { getRosterStanding as getStanding } from "@/lib/identity/roster/get-roster-standing";
import { getRuntime } from "@/lib/runtime/slot";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/account/roster", [
  bind(getRosterStanding, async (cx) => getStanding(cx, (await getRuntime()).site.rpId)),
]);
