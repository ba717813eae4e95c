import { readDocument as read } from "@/lib/access/read-document";
import { readDocument } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/document",
  [bind(readDocument, (cx, { params }) => read(cx, params.id, params.authorization_id))],
);
