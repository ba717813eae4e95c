import { addDisputeNote } from "@/lib/api-client/operations/disputes";
import { addNote } from "@/lib/disputes/add-note";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/disputes/{id}/notes", [
  bind(addDisputeNote, (cx, { params, body }) => addNote(cx, params, body)),
]);
