import { AgreementAnswer } from "@/lib/administration/agreements/schema";
import {
  DutiesBody,
  InviteAnswer,
  Leave,
  MembershipsBody,
  NewPerson,
  NoBody,
  PeopleList,
  PeopleQuery,
  PersonAnswer,
  PersonDetail,
  PersonPath,
  PersonReason,
  Rename,
  ResentAnswer,
  ResetAnswer,
  ResetBody,
} from "@/lib/administration/people/schema";
import { operation } from "@/lib/api-client/operation";

const USERS = "/confidential/admin/users";
const INVITATIONS = "/confidential/admin/invitations";
const admin = { scopes: ["admin"], roles: ["admin"], duties: ["admin"] } as const;
/** Administrators act; compliance and people who decide read. */
const readers = {
  scopes: ["read"],
  roles: ["admin", "coordinator"],
  duties: ["admin", "compliance", "approve", "legal"],
} as const;
const act = { ...admin, rate: "writes", stepUp: true } as const;
const KEPT = ["id", "state", "asked_at", "expires_at"] as const;

export const listPeople = operation({
  id: "listPeople",
  method: "GET",
  path: USERS,
  summary: "People with role, duties, way to sign in and state, and how many each view has.",
  ...readers,
  query: PeopleQuery,
  response: { status: 200, schema: PeopleList },
  rate: "reads",
  action: "user.read",
});

export const getPerson = operation({
  id: "getPerson",
  method: "GET",
  path: `${USERS}/{id}`,
  summary: "One person: duties and who gave them, factors, sessions, API keys, open work.",
  ...readers,
  params: PersonPath,
  response: { status: 200, schema: PersonDetail },
  rate: "reads",
  action: "user.read",
});

export const invitePerson = operation({
  id: "invitePerson",
  method: "POST",
  path: INVITATIONS,
  summary:
    "Invite a person; for a privileged role, any duty or a participant with transactions a second administrator agrees first.",
  ...act,
  body: NewPerson,
  response: { status: 201, schema: InviteAnswer },
  action: "agreement.ask",
  idempotent: { keep: ["user_id", "state"] },
});

export const resendInvitation = operation({
  id: "resendInvitation",
  method: "POST",
  path: `${INVITATIONS}/{id}/resend`,
  summary: "Make a new link for a person who cannot sign in yet. The previous link no longer works.",
  ...act,
  params: PersonPath,
  body: NoBody,
  response: { status: 200, schema: ResentAnswer },
  action: "invitation.create",
});

export const withdrawInvitation = operation({
  id: "withdrawInvitation",
  method: "POST",
  path: `${INVITATIONS}/{id}/withdraw`,
  summary: "Withdraw an invitation that was not used; it stays in the list.",
  ...act,
  params: PersonPath,
  body: PersonReason,
  response: { status: 200, schema: PersonAnswer },
  action: "user.leave",
});

export const suspendPerson = operation({
  id: "suspendPerson",
  method: "POST",
  path: `${USERS}/{id}/suspend`,
  summary: "Suspend a person at once: sessions and grants end, keys and signed calls are refused.",
  ...act,
  params: PersonPath,
  body: PersonReason,
  response: { status: 200, schema: PersonAnswer },
  action: "user.suspend",
});

export const resumePerson = operation({
  id: "resumePerson",
  method: "POST",
  path: `${USERS}/{id}/resume`,
  summary:
    "Ask to end a person's suspension, or to bring back a person who left. A second administrator must agree.",
  ...act,
  params: PersonPath,
  body: PersonReason,
  response: { status: 201, schema: AgreementAnswer, location: "/confidential/agreements/{id}" },
  action: "agreement.ask",
  idempotent: { allBut: [] },
});

export const leavePerson = operation({
  id: "leavePerson",
  method: "POST",
  path: `${USERS}/{id}/leave`,
  summary:
    "End a person's access permanently, now or at the end of a day in UTC. Their data and signatures stay.",
  ...act,
  params: PersonPath,
  body: Leave,
  response: { status: 200, schema: PersonAnswer },
  action: "user.leave",
});

export const resetPerson = operation({
  id: "resetPerson",
  method: "POST",
  path: `${USERS}/{id}/reset`,
  summary: "Ask for a reset of a person's sign-in; an agency's officer needs a callback and 24 hours.",
  ...act,
  params: PersonPath,
  body: ResetBody,
  response: { status: 201, schema: ResetAnswer },
  action: "agreement.ask",
  idempotent: { keep: KEPT },
});

export const changeDuties = operation({
  id: "changeDuties",
  method: "POST",
  path: `${USERS}/{id}/duties`,
  summary: "Ask to change a person's role or duties. A second administrator must agree.",
  ...act,
  params: PersonPath,
  body: DutiesBody,
  response: { status: 201, schema: AgreementAnswer, location: "/confidential/agreements/{id}" },
  action: "agreement.ask",
  idempotent: { allBut: [] },
});

export const changeMemberships = operation({
  id: "changeMemberships",
  method: "POST",
  path: `${USERS}/{id}/memberships`,
  summary:
    "Ask to change the organisations that a person also belongs to. A second administrator must agree.",
  ...act,
  params: PersonPath,
  body: MembershipsBody,
  response: { status: 201, schema: AgreementAnswer, location: "/confidential/agreements/{id}" },
  action: "agreement.ask",
  idempotent: { allBut: [] },
});

export const renamePerson = operation({
  id: "renamePerson",
  method: "POST",
  path: `${USERS}/{id}/rename`,
  summary: "Rename a person.",
  ...act,
  params: PersonPath,
  body: Rename,
  response: { status: 200, schema: PersonAnswer },
  action: "user.change",
});

export const signOutPerson = operation({
  id: "signOutPerson",
  method: "POST",
  path: `${USERS}/{id}/sign-out`,
  summary: "End every session of a person.",
  ...act,
  params: PersonPath,
  body: NoBody,
  response: { status: 200, schema: PersonAnswer },
  action: "user.sign-out",
});
