import { listSuspicions, noteSuspicion } from "@/lib/api-client/operations/erasures";
import { listSuspicions as list } from "@/lib/audit/reading/list-suspicions";
import { noteSuspicion as note } from "@/lib/audit/record/note-suspicion";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/suspicions", [
  bind(noteSuspicion, (cx, { body }) => note(cx, body)),
  bind(listSuspicions, (cx, { query }) => list(cx, query)),
]);
