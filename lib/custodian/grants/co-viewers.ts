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

/** Nobody who decides or releases is a co-viewer or of a co-viewer's organisation: who looks counts as who asks. */
export function checkNoCoViewer(roster: Roster, named: readonly string[], approver: string): void {
  if (named.includes(approver)) refuse("self-approval", "A co-viewer cannot approve.");
  const own = findPerson(roster, approver)?.organisation;
  const organisations = named.flatMap((person) => findPerson(roster, person)?.organisation ?? []);
  if (own !== undefined && organisations.some((other) => isSameOrganisation(own, other))) {
    refuse("organisation", "Nobody of a co-viewer's organisation can approve.");
  }
}

/**
 * Who may open a decided grant beside its requester: those whom the record of the request names, when it is the record
 * that the deciders signed for. Without a record nobody.
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

/** Whether a person may sign openings of a grant at all: its requester, or somebody named beside him. */
export function isViewerOf({ statement }: HeldGrant, person: string): boolean {
  return person === statement.requester || (statement.co_viewers ?? []).includes(person);
}

/** As long as both stand in the roster alike: of one organisation, in one role. Support sees masks only. */
function requireColleague(requester: RosterPerson, viewer: RosterPerson, level: string): void {
  if (!isSameOrganisation(viewer.organisation, requester.organisation)) {
    refuse("organisation", "A co-viewer is of the requester's organisation.");
  }
  if (viewer.role !== requester.role) refuse("requester", "A co-viewer has the requester's role.");
  if (viewer.duties.includes("support") && level === "full") {
    refuse("level", "Support sees masked fields only.");
  }
}

/** A co-viewer opens while he is of the requester's organisation and nobody has taken him out; asked at each opening. */
export function checkCoViewerStands(core: Core, roster: Roster, grant: HeldGrant, person: string): void {
  const { statement, request } = grant;
  if (person === statement.requester) return;
  if (request === undefined || core.memory.grants.isViewerEnded(request, person)) {
    refuse("revoked", "The co-viewer was taken out of the request.");
  }
  const requester =
    findPerson(roster, statement.requester) ?? refuse("requester", "The requester left the roster.");
  const viewer = findPerson(roster, person) ?? refuse("requester", "The co-viewer left the roster.");
  requireColleague(requester, viewer, statement.level);
}

/** Taking a co-viewer out needs no proof: it can only take away. It holds for every grant of the request, later ones too. */
export function endCoViewer(core: Core, { request, person, reason, at }: CoViewerEnd): { ok: true } {
  if (!core.memory.grants.isViewerEnded(request, person)) {
    remember(core, { kind: "co-viewer-end", request, person, reason, ended_at: at });
  }
  return { ok: true };
}
