import { addDisputeNoteOfTransaction } from "@/lib/api-client/operations/disputes";
import { addNote } from "@/lib/disputes/add-note";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/transactions/{id}/disputes/{dispute_id}/notes", [
  bind(addDisputeNoteOfTransaction, (cx, { params, body }) =>
    addNote(cx, { id: params.dispute_id, transactionId: params.id }, body),
  ),
]);
