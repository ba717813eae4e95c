import { noteSuspicion as operation } from "@/lib/api-client/operations/erasures";
import { noteSuspicion } from "@/lib/audit/note-suspicion";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/audit/suspicions", [
  bind(operation, (cx, { body }) => noteSuspicion(cx, body)),
]);
