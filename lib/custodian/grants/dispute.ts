import "server-only";
import type { Core } from "@/lib/custodian/core";
import { instantOf } from "@/lib/custodian/grants/scope";
import type { HeldDispute } from "@/lib/custodian/journal/held-grants";
import { refuse } from "@/lib/custodian/refused";
import { assuranceOf, type Proof, proveSignature, rulesOf } from "@/lib/custodian/roster/signature";
import type { DisputeSubmission, RosterPerson } from "@/lib/escrow/protocol/messages";
import { findPerson, partiesOrganisations, type Roster } from "@/lib/escrow/protocol/roster";
import { isSameOrganisation } from "@/lib/escrow/protocol/same-organisation";
import {
  DISPUTE_PURPOSE,
  DISPUTE_VIEWS,
  type DisputeStatement,
  type GrantOkStatement,
  MAX_DISPUTE_DAYS,
  recordDigest,
  validityTime,
} from "@/lib/escrow/protocol/statements";

const DAY_MS = 86_400_000;
/** Times of validity are whole seconds. The tolerance covers two clocks that differ. */
const SLACK_MS = 60_000;
const PARTY_ROLES: readonly string[] = ["client", "miner"];

type Party = RosterPerson & { readonly participant: string };

/** Returns the person who signs for a party. The roster, not the portal, names the person's participant. */
export function requireParty(roster: Roster, handle: string): Party {
  const person = findPerson(roster, handle);
  if (person === undefined) return refuse("party", `${handle} is not on the roster.`);
  const { role, participant } = person;
  if (participant === undefined || role === undefined || !PARTY_ROLES.includes(role)) {
    return refuse("party", `The roster does not name ${handle} as the person of a participant.`);
  }
  return { ...person, participant };
}

/** Allows masked fields only to a support person who belongs to no party of the transaction. */
function checkHolder(roster: Roster, holder: string, parties: readonly string[]): void {
  const person = findPerson(roster, holder) ?? refuse("holder", `${holder} is not on the roster.`);
  if (!person.duties.includes("support")) refuse("duty", `${holder} does not have the support duty.`);
  const isOfParty = partiesOrganisations(roster, parties).some((organisation) =>
    isSameOrganisation(organisation, person.organisation),
  );
  if (isOfParty) refuse("organisation", "Support staff of a party's organisation cannot see its dispute.");
}

function checkTime(core: Core, { not_after }: DisputeStatement): void {
  const left = instantOf(not_after) - core.clock.nowMs();
  if (left <= 0) refuse("dates", "The party's permission has ended.");
  if (left > MAX_DISPUTE_DAYS * DAY_MS + SLACK_MS) {
    refuse("dates", `A dispute gives support access for at most ${MAX_DISPUTE_DAYS} days.`);
  }
}

/**
 * Returns the views left under the statement. The statement supports one live grant. Another support person takes over
 * only when the former grant is revoked, and gets what is left of the same budget.
 */
function viewsLeft(core: Core, statement: DisputeStatement): number {
  const { memory } = core;
  if (memory.grants.isDisputeEnded(statement.nonce)) return refuse("revoked", "The dispute has ended.");
  const owner = memory.nonceOwner(statement.nonce);
  if (owner === undefined) return DISPUTE_VIEWS;
  const former = memory.grants.find(owner);
  const isOfThis = former?.dispute?.digest === recordDigest(statement);
  if (former === undefined || !isOfThis || !memory.grants.isRevoked(owner)) {
    return refuse("nonce", "The dispute statement belongs to another grant.");
  }
  const left = former.statement.max_views - former.viewsUsed;
  return left > 0 ? left : refuse("views-exhausted", "The dispute has no views left.");
}

/**
 * Checks what must be true while a dispute's grant is used: the transaction was sealed for the participant when it was
 * first registered here, and the holder is support staff of no party. The sealer claims all recipients except the escrow,
 * so a portal that lied from the first registration on could name one more.
 */
export function checkDisputeStands(
  core: Core,
  roster: Roster,
  { transactions, requester }: Pick<GrantOkStatement, "transactions" | "requester">,
  { party }: Pick<HeldDispute, "party">,
): void {
  for (const transaction of transactions) {
    const parties = core.registrations.find(transaction)?.parties;
    if (parties !== undefined && !parties.includes(party)) {
      refuse("party", "The transaction was not sealed for the participant that disputes it.");
    }
    checkHolder(roster, requester, [party, ...(parties ?? [])]);
  }
}

/** Proves that a roster person of a participant signed the dispute. Nothing is remembered. */
export async function proveDispute(
  core: Core,
  roster: Roster,
  { dispute: { statement, signature } }: DisputeSubmission,
): Promise<Proof> {
  const party = requireParty(roster, statement.party);
  // The portal signed before the party had a key. The custodian accepted it then, and it was not withdrawn since.
  const noted = core.memory.notedAssurance("dispute", statement);
  if (noted === "evaluation" && core.isEvaluation) return { assurance: noted };
  return proveSignature(rulesOf(core, roster), party, "dispute", statement, signature);
}

/**
 * Makes every check of a dispute in place of decisions, except its proof. Returns the scope: masked, one transaction, one
 * holder.
 */
export function checkDispute(
  core: Core,
  roster: Roster,
  { grant, dispute, holder }: DisputeSubmission,
  proof: Proof,
): { readonly statement: GrantOkStatement; readonly party: string } {
  const { statement } = dispute;
  if (statement.log !== core.log) refuse("log", "The dispute is for another log.");
  if (new Set(statement.groups).size !== statement.groups.length) refuse("format", "A group occurs twice.");
  const party = requireParty(roster, statement.party);
  checkTime(core, statement);
  const groups = [...statement.groups].sort();
  const scope: GrantOkStatement = {
    log: core.log,
    grant,
    transactions: [statement.transaction],
    groups,
    masked_groups: groups,
    level: statement.level,
    purpose: DISPUTE_PURPOSE,
    requester: holder,
    not_before: validityTime(core.clock.now()),
    not_after: statement.not_after,
    max_views: viewsLeft(core, statement),
    assurance: assuranceOf(core, [proof.assurance]),
  };
  checkDisputeStands(core, roster, scope, { party: party.participant });
  return { statement: scope, party: party.participant };
}
