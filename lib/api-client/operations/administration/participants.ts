import {
  NewParticipant,
  Participant,
  ParticipantAnswer,
  ParticipantChange,
  ParticipantList,
  ParticipantPath,
  ParticipantQuery,
} from "@/lib/administration/participants/schema";
import { operation } from "@/lib/api-client/operation";

const PARTICIPANTS = "/confidential/admin/participants";
const admin = { scopes: ["admin"], roles: ["admin"], duties: ["admin"] } as const;

export const listParticipants = operation({
  id: "listParticipants",
  method: "GET",
  path: PARTICIPANTS,
  summary: "Clients and providers by id, with their organisation and state.",
  ...admin,
  query: ParticipantQuery,
  response: { status: 200, schema: ParticipantList },
  rate: "reads",
  action: "participant.read",
});

export const getParticipant = operation({
  id: "getParticipant",
  method: "GET",
  path: `${PARTICIPANTS}/{id}`,
  summary: "One client or provider.",
  ...admin,
  params: ParticipantPath,
  response: { status: 200, schema: Participant },
  rate: "reads",
  action: "participant.read",
});

export const createParticipant = operation({
  id: "createParticipant",
  method: "POST",
  path: PARTICIPANTS,
  summary: "Create a client or provider: a company, or a natural person, whose data is always confidential.",
  ...admin,
  body: NewParticipant,
  response: { status: 201, schema: ParticipantAnswer, location: "/confidential/admin/participants/{id}" },
  rate: "writes",
  action: "participant.create",
  stepUp: true,
  idempotent: { allBut: [] },
});

export const changeParticipant = operation({
  id: "changeParticipant",
  method: "PATCH",
  path: `${PARTICIPANTS}/{id}`,
  summary: "Suspend a client or provider, or end its suspension.",
  ...admin,
  params: ParticipantPath,
  body: ParticipantChange,
  response: { status: 200, schema: ParticipantAnswer },
  rate: "writes",
  action: "participant.change",
  stepUp: true,
});
