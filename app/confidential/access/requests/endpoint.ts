import { fileRequest } from "@/lib/access/requests/file-request";
import { listRequests as list } from "@/lib/access/requests/list-requests";
import { createRequest, listRequests } from "@/lib/api-client/operations/access";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests", [
  bind(listRequests, (cx, { query }) => list(cx, query)),
  bind(createRequest, (cx, { body }) => fileRequest(cx, body)),
]);
