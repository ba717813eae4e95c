import { getRosterDraft } from "@/lib/api-client/operations/administration/roster";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";
import { draftFirstRoster } from "@/lib/identity/roster/draft-first-roster";
import { getRuntime } from "@/lib/runtime/slot";

export const endpoint = endpointAt("/confidential/admin/roster/draft", [
  bind(getRosterDraft, async (cx) => draftFirstRoster(cx, (await getRuntime()).site)),
]);
