import { changeDraft } from "@/lib/access/requests/change-draft";
import { getRequest as view } from "@/lib/access/requests/request-view";
import { changeRequest, getRequest } from "@/lib/api-client/operations/access";
import { etagOf, versionOf } from "@/lib/etag";
import { bind, endpointAt, Reply } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}", [
  bind(getRequest, async (cx, { params }) => {
    const request = await view(cx, params.id);
    return new Reply(200, request, { etag: etagOf(request.version) });
  }),
  bind(changeRequest, async (cx, { params, body, ifMatch }) => {
    const request = await changeDraft(cx, params.id, body, versionOf(ifMatch));
    return new Reply(200, request, { etag: etagOf(request.version) });
  }),
]);
