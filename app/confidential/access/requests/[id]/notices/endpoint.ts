import { decideNotice as decide } from "@/lib/access/notices/decide-notice";
import { decideNotice } from "@/lib/api-client/operations/notices";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}/notices", [
  bind(decideNotice, (cx, { params, body }) => decide(cx, params.id, body)),
]);
