import { listSuspicions, noteSuspicion } from "@/lib/api-client/operations/erasures";
import { listSuspicions as list } from "@/lib/audit/reading/list-events";
import { noteSuspicion as note } from "@/lib/audit/record/note-suspicion";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/audit/suspicions", [
  bind(noteSuspicion, (cx, { body }) => note(cx, body)),
  bind(listSuspicions, (cx, { query }) => list(cx, query)),
]);
