import { readDocument as read } from "@/lib/access/documents/read-document";
import { readDocument } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt(
  "/confidential/access/requests/{id}/authorizations/{authorization_id}/document",
  [bind(readDocument, (cx, { params }) => read(cx, params.id, params.authorization_id))],
);
