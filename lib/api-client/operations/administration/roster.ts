import { z } from "zod";
import { operation } from "@/lib/api-client/operation";
import { RosterDraft } from "@/lib/escrow/protocol/roster-draft";
import {
  NewRosterChange,
  RosterAgreement,
  RosterChangeAnswer,
  RosterPage,
  RosterRefusal,
  RosterStanding,
} from "@/lib/identity/roster/schema";
import { NewRosterVersion } from "@/lib/identity/roster/version-schema";

const ChangePath = z.strictObject({ id: z.uuid().toLowerCase() });
const KEPT = ["id", "person", "kind", "state", "version", "created_at", "expires_at"];

export const getRosterStanding = operation({
  id: "getRosterStanding",
  method: "GET",
  path: "/confidential/account/roster",
  summary: "The keys with which the custodian accepts the caller's statements, and changes that wait.",
  scopes: "any",
  roles: "any",
  response: { status: 200, schema: RosterStanding },
  rate: "reads",
  action: "roster.read",
  sessionOnly: true,
});

export const getRosterDraft = operation({
  id: "getRosterDraft",
  method: "GET",
  path: "/confidential/admin/roster/draft",
  summary: "The draft of the custodian's first roster: all active people with their passkeys.",
  scopes: ["admin"],
  roles: ["admin"],
  response: { status: 200, schema: RosterDraft },
  rate: "reads",
  action: "roster.read",
});

export const getRoster = operation({
  id: "getRoster",
  method: "GET",
  path: "/confidential/admin/roster",
  summary:
    "The roster in force, the people who are missing on it and why, and versions that wait for signatures.",
  scopes: ["read"],
  roles: ["admin", "coordinator"],
  duties: ["admin", "approve", "legal", "compliance"],
  response: { status: 200, schema: RosterPage },
  rate: "reads",
  action: "roster.read",
});

export const askRosterVersion = operation({
  id: "askRosterVersion",
  method: "POST",
  path: "/confidential/admin/roster/versions",
  summary: "Ask for a roster version that matches the portal's data about these people. Two others sign it.",
  scopes: ["admin"],
  roles: ["admin"],
  duties: ["admin"],
  body: NewRosterVersion,
  response: { status: 201, schema: RosterChangeAnswer },
  rate: "writes",
  action: "roster.ask",
  stepUp: true,
  idempotent: { keep: KEPT },
});

export const askRosterChange = operation({
  id: "askRosterChange",
  method: "POST",
  path: "/confidential/account/roster/changes",
  summary: "Enrol a passkey for statements, replace one or remove one; a second person confirms.",
  scopes: "any",
  roles: "any",
  body: NewRosterChange,
  response: { status: 201, schema: RosterChangeAnswer },
  rate: "writes",
  action: "roster.ask",
  sessionOnly: true,
  stepUp: true,
  idempotent: { keep: KEPT },
});

export const agreeToRosterChange = operation({
  id: "agreeToRosterChange",
  method: "POST",
  path: "/confidential/account/roster/changes/{id}/agreements",
  summary: "Sign one's own change, or confirm another person's or a version about people.",
  scopes: "any",
  roles: "any",
  params: ChangePath,
  body: RosterAgreement,
  response: { status: 200, schema: RosterChangeAnswer },
  rate: "writes",
  action: "roster.agree",
  sessionOnly: true,
  stepUp: true,
});

export const refuseRosterChange = operation({
  id: "refuseRosterChange",
  method: "POST",
  path: "/confidential/account/roster/changes/{id}/refusals",
  summary: "Withdraw one's own change, or refuse another person's or a version about people.",
  scopes: "any",
  roles: "any",
  params: ChangePath,
  body: RosterRefusal,
  response: { status: 200, schema: RosterChangeAnswer },
  rate: "writes",
  action: "roster.refuse",
  sessionOnly: true,
  stepUp: true,
});
