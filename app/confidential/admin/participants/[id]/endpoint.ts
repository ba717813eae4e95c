import {
  changeParticipant as change,
  getParticipant as get,
} from "@/lib/administration/participants/participants";
import { changeParticipant, getParticipant } from "@/lib/api-client/operations/administration/participants";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/participants/{id}", [
  bind(getParticipant, (cx, { params }) => get(cx, params.id)),
  bind(changeParticipant, (cx, { params, body }) => change(cx, params.id, body)),
]);
