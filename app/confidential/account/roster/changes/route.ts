import { askRosterChange } from "@/lib/api-client/operations/roster";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { askRosterChange as ask } from "@/lib/identity/roster/ask-roster-change";
import { getRuntime } from "@/lib/runtime/slot";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/account/roster/changes",
  [bind(askRosterChange, async (cx, { body }) => ask(cx, (await getRuntime()).site.rpId, body))],
);
