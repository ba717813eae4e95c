import { fileRequest } from "@/lib/access/file-request";
import { listRequests as list } from "@/lib/access/list-requests";
import { createRequest, listRequests } from "@/lib/api-client/operations/access";
import { bind } from "@/lib/http/bind";
import { serve } from "@/lib/http/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/requests", [
  bind(listRequests, (cx, { query }) => list(cx, query)),
  bind(createRequest, (cx, { body }) => fileRequest(cx, body)),
]);
