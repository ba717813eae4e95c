import { changeView, deleteView } from "@/lib/api-client/operations/views";
import { changeView as change, deleteView as remove } from "@/lib/home/views/views";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/views/{id}", [
  bind(changeView, (cx, { params, body }) => change(cx, params.id, body)),
  bind(deleteView, (cx, { params }) => remove(cx, params.id)),
]);
