import { getRosterDraft } from "@/lib/api-client/operations/roster";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";
import { draftFirstRoster } from "@/lib/identity/roster/draft-first-roster";
import { getRuntime } from "@/lib/runtime/slot";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/roster/draft", [
  bind(getRosterDraft, async (cx) => draftFirstRoster(cx, (await getRuntime()).site)),
]);
