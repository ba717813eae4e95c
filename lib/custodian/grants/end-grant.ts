import "server-only";
import { type Core, remember } from "@/lib/custodian/core";
import type { HeldGrant } from "@/lib/custodian/journal/held-grants";
import { NO_ROSTER, refuse } from "@/lib/custodian/refused";
import { requireSameRoster } from "@/lib/custodian/roster/roster";
import { proveSignature, requireFresh, rulesOf } from "@/lib/custodian/roster/signature";
import type { Revocation } from "@/lib/escrow/protocol/messages";
import { RELEASING_DUTY, type SignedReleaseEnd } from "@/lib/escrow/protocol/release-statement";
import { findPerson, type Roster } from "@/lib/escrow/protocol/roster";
import type { Suspension } from "@/lib/escrow/protocol/submissions";

/** Requires a signature by an executive or the holder to end a released grant. */
async function requireReleaseEnd(
  core: Core,
  roster: Roster | undefined,
  held: HeldGrant,
  end: SignedReleaseEnd | undefined,
): Promise<void> {
  if (end === undefined)
    return refuse("released", "Executives released this grant. Only an executive or the holder can end it.");
  if (roster === undefined) return refuse("roster", NO_ROSTER);
  const { statement, signature } = end;
  if (statement.log !== core.log) refuse("log", "The statement is for another log.");
  if (statement.grant !== held.statement.grant) refuse("statement", "The statement is about another grant.");
  const person =
    findPerson(roster, statement.person) ?? refuse("approver", `${statement.person} is not on the roster.`);
  if (person.person !== held.statement.requester && !person.duties.includes(RELEASING_DUTY)) {
    refuse("duty", "Only an executive or the holder can end a released grant.");
  }
  const proof = await proveSignature(rulesOf(core, roster), person, "release-end", statement, signature);
  requireSameRoster(core, roster);
  requireFresh(core, proof);
}

/**
 * Revokes a grant. This needs no proof, because it can only reduce access. A released grant is the exception: only an
 * executive or the holder may stop an overdue answer. A grant that is not known yet is revoked before it arrives.
 */
export async function revokeGrant(
  core: Core,
  roster: Roster | undefined,
  revocation: Revocation,
): Promise<{ ok: true }> {
  const { grant, reason, at, dispute_nonce: nonce, ended_by: end } = revocation;
  const { memory } = core;
  const isKnown = (): boolean =>
    memory.grants.isRevoked(grant) && (nonce === undefined || memory.grants.isDisputeEnded(nonce));
  if (isKnown()) return { ok: true };
  const held = memory.grants.find(grant);
  if (held?.release !== undefined) await requireReleaseEnd(core, roster, held, end);
  // The grant was unknown when the signature was checked, so the check proves nothing about a grant that arrived since.
  if (held !== memory.grants.find(grant))
    return refuse("released", "The grant was accepted in the meantime. Try again.");
  if (isKnown()) return { ok: true };
  remember(core, {
    kind: "revoke",
    grant,
    reason,
    revoked_at: at,
    ...(nonce === undefined ? {} : { dispute_nonce: nonce }),
    ...(end === undefined || held?.release === undefined ? {} : { ended_by: end }),
  });
  return { ok: true };
}

/** Suspends a grant without ending its request's case. A suspension is never lifted: two fresh decisions grant what is left. */
export function suspendGrant(core: Core, { grant, reason, at }: Suspension): { ok: true } {
  const { memory } = core;
  if (memory.grants.find(grant)?.release !== undefined) {
    refuse("released", "Executives released this grant. Only an executive or the holder can end it.");
  }
  if (!memory.grants.isSuspended(grant)) remember(core, { kind: "suspend", grant, reason, suspended_at: at });
  return { ok: true };
}
