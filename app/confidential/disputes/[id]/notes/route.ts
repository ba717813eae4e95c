import { addDisputeNote } from "@/lib/api-client/operations/disputes";
import { addNote } from "@/lib/disputes/add-note";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/disputes/{id}/notes", [
  bind(addDisputeNote, (cx, { params, body }) => addNote(cx, params, body)),
]);
