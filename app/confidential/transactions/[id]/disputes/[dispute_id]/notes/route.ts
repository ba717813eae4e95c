import { addDisputeNoteOfTransaction } from "@/lib/api-client/operations/disputes";
import { addNote } from "@/lib/disputes/add-note";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/transactions/{id}/disputes/{dispute_id}/notes",
  [
    bind(addDisputeNoteOfTransaction, (cx, { params, body }) =>
      addNote(cx, { id: params.dispute_id, transactionId: params.id }, body),
    ),
  ],
);
