import { changeDraft } from "@/lib/access/requests/change-draft";
import { getRequest as view } from "@/lib/access/requests/request-view";
import { changeRequest, getRequest } from "@/lib/api-client/operations/access";
import { etagOf, versionOf } from "@/lib/etag";
import { bind, Reply } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/access/requests/{id}", [
  bind(getRequest, async (cx, { params }) => {
    const request = await view(cx, params.id);
    return new Reply(200, request, { etag: etagOf(request.version) });
  }),
  bind(changeRequest, async (cx, { params, body, ifMatch }) => {
    const request = await changeDraft(cx, params.id, body, versionOf(ifMatch));
    return new Reply(200, request, { etag: etagOf(request.version) });
  }),
]);
