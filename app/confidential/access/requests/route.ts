import { fileRequest } from "@/lib/access/requests/file-request";
import { listRequests as list } from "@/lib/access/requests/list-requests";
import { createRequest, listRequests } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/requests", [
  bind(listRequests, (cx, { query }) => list(cx, query)),
  bind(createRequest, (cx, { body }) => fileRequest(cx, body)),
]);
