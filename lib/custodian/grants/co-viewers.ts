import "server-only";
import { type Core, remember } from "@/lib/custodian/core";
import type { HeldGrant } from "@/lib/custodian/journal/held-grants";
import { refuse } from "@/lib/custodian/refused";
import type { RosterPerson } from "@/lib/escrow/protocol/messages";
import type { FrozenRequestRecord } from "@/lib/escrow/protocol/release-statement";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import { isSameOrganisation } from "@/lib/escrow/protocol/same-organisation";
import { type DecisionStatement, recordDigest } from "@/lib/escrow/protocol/statements";
import type { CoViewerEnd } from "@/lib/escrow/protocol/submissions";

/**
 * Refuses a decider or releaser who is a co-viewer or belongs to a co-viewer's organisation. The rules for a requester
 * apply to co-viewers too.
 */
export function checkNoCoViewer(roster: Roster, named: readonly string[], approver: string): void {
  if (named.includes(approver)) refuse("self-approval", "A co-viewer cannot approve.");
  const own = findPerson(roster, approver)?.organisation;
  const organisations = named.flatMap((person) => findPerson(roster, person)?.organisation ?? []);
  if (own !== undefined && organisations.some((other) => isSameOrganisation(own, other))) {
    refuse("organisation", "Members of a co-viewer's organisation cannot approve.");
  }
}

/**
 * Returns the co-viewers of a decided grant: the people that the request's record names, if the deciders signed for that
 * record. Empty without a record.
 */
export function namedCoViewers(
  roster: Roster,
  decisions: readonly DecisionStatement[],
  record: FrozenRequestRecord | undefined,
): string[] {
  const [first] = decisions;
  if (record === undefined || first === undefined) return [];
  if (recordDigest(record) !== first.request_digest) {
    refuse("request-digest", "The request is not the one that was decided on.");
  }
  if (record.log !== first.log || record.request !== first.request) {
    refuse("request", "The record is of another request.");
  }
  if (record.requester !== first.requester) refuse("requester", "The request is another person's.");
  const named = [...new Set(record.co_viewers ?? [])].filter((person) => person !== first.requester).sort();
  for (const { approver } of decisions) checkNoCoViewer(roster, named, approver);
  return named;
}

/** Returns whether a person may sign openings of a grant at all: its requester or a named co-viewer. */
export function isViewerOf({ statement }: HeldGrant, person: string): boolean {
  return person === statement.requester || (statement.co_viewers ?? []).includes(person);
}

/** Keeps co-viewers only while they have the requester's organisation and role on the roster. Support staff see masks only. */
function requireColleague(requester: RosterPerson, viewer: RosterPerson, level: string): void {
  if (!isSameOrganisation(viewer.organisation, requester.organisation)) {
    refuse("organisation", "A co-viewer is of the requester's organisation.");
  }
  if (viewer.role !== requester.role) refuse("requester", "A co-viewer has the requester's role.");
  if (viewer.duties.includes("support") && level === "full") {
    refuse("level", "Support sees masked fields only.");
  }
}

/** Refuses a co-viewer who was removed or left the requester's organisation. Each opening checks this. */
export function checkCoViewerStands(core: Core, roster: Roster, grant: HeldGrant, person: string): void {
  const { statement, request } = grant;
  if (person === statement.requester) return;
  if (request === undefined || core.memory.grants.isViewerEnded(request, person)) {
    refuse("revoked", "The co-viewer was removed from the request.");
  }
  const requester =
    findPerson(roster, statement.requester) ?? refuse("requester", "The requester left the roster.");
  const viewer = findPerson(roster, person) ?? refuse("requester", "The co-viewer left the roster.");
  requireColleague(requester, viewer, statement.level);
}

/**
 * Removes a co-viewer. This needs no proof, because it can only reduce access. It applies to all present and later grants
 * of the request.
 */
export function endCoViewer(core: Core, { request, person, reason, at }: CoViewerEnd): { ok: true } {
  if (!core.memory.grants.isViewerEnded(request, person)) {
    remember(core, { kind: "co-viewer-end", request, person, reason, ended_at: at });
  }
  return { ok: true };
}
