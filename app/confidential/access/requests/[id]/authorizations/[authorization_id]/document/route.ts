import { readDocument as read } from "@/lib/access/documents/read-document";
import { readDocument } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/document",
  [bind(readDocument, (cx, { params }) => read(cx, params.id, params.authorization_id))],
);
