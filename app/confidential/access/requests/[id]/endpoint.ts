import { changeDraft } from "@/lib/access/requests/change-draft";
import { getRequest as view } from "@/lib/access/requests/request-view";
import { changeRequest, getRequest } from "@/lib/api-client/operations/access";
import { versionOf } from "@/lib/etag";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/access/requests/{id}", [
  bind(getRequest, (cx, { params }) => view(cx, params.id)),
  bind(changeRequest, (cx, { params, body, ifMatch }) =>
    changeDraft(cx, params.id, body, versionOf(ifMatch)),
  ),
]);
