import {
  createNewParticipant,
  listParticipants as list,
} from "@/lib/administration/participants/participants";
import { createParticipant, listParticipants } from "@/lib/api-client/operations/administration/participants";
import { bind, endpointAt } from "@/lib/http/endpoint/bind";

export const endpoint = endpointAt("/confidential/admin/participants", [
  bind(listParticipants, (cx, { query }) => list(cx, query)),
  bind(createParticipant, (cx, { body }) => createNewParticipant(cx, body)),
]);
