import {
  createNewParticipant,
  listParticipants as list,
} from "@/lib/administration/participants/participants";
import { createParticipant, listParticipants } from "@/lib/api-client/operations/participants";
import { bind } from "@/lib/http/endpoint/bind";
import { serve } from "@/lib/http/endpoint/serve";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = serve("/confidential/admin/participants", [
  bind(listParticipants, (cx, { query }) => list(cx, query)),
  bind(createParticipant, (cx, { body }) => createNewParticipant(cx, body)),
]);
