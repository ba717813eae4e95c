import "server-only";
import type { Core } from "@/lib/custodian/core";
import { checkNoCoViewer } from "@/lib/custodian/grants/co-viewers";
import { checkAuthorization, effectiveScope, instantOf } from "@/lib/custodian/grants/scope";
import { refuse } from "@/lib/custodian/refused";
import { assuranceOf, type Proof, proveSignature, rulesOf } from "@/lib/custodian/roster/signature";
import {
  type FrozenRequestRecord,
  MAX_RELEASE_DAYS,
  RELEASE_PERSONS,
  RELEASING_DUTY,
  type ReleaseTerms,
  releaseDigest,
  releaseTerms,
} from "@/lib/escrow/protocol/release-statement";
import { findPerson, partiesOrganisations, type Roster } from "@/lib/escrow/protocol/roster";
import { isSameOrganisation } from "@/lib/escrow/protocol/same-organisation";
import { type GrantOkStatement, recordDigest } from "@/lib/escrow/protocol/statements";
import type { ReleaseSubmission } from "@/lib/escrow/protocol/submissions";

const DAY_MS = 86_400_000;

/** Proves each of the two statements alone: for this log, by an executive of an organisation other than the requester's. */
export async function proveRelease(
  core: Core,
  roster: Roster,
  { releases }: ReleaseSubmission,
): Promise<readonly Proof[]> {
  const proofs: Proof[] = [];
  for (const { statement, signature } of releases) {
    if (statement.log !== core.log) refuse("log", "A release is for another log.");
    const requester =
      findPerson(roster, statement.requester) ??
      refuse("requester", `${statement.requester} is not on the roster.`);
    const releaser =
      findPerson(roster, statement.releaser) ??
      refuse("approver", `${statement.releaser} is not on the roster.`);
    if (releaser.person === requester.person) refuse("self-approval", "The requester cannot release.");
    if (isSameOrganisation(releaser.organisation, requester.organisation)) {
      refuse("organisation", "Members of the requester's organisation cannot release.");
    }
    if (!releaser.duties.includes(RELEASING_DUTY)) {
      refuse("duty", `${releaser.person} does not have the duty ${RELEASING_DUTY}.`);
    }
    proofs.push(await proveSignature(rulesOf(core, roster), releaser, "release", statement, signature));
  }
  return proofs;
}

/** Checks that the required number of different people signed the same terms. */
function commonTerms({ releases }: ReleaseSubmission): ReleaseTerms {
  const [first] = releases;
  if (first === undefined) return refuse("format", "There is no release.");
  const terms = releaseTerms(first.statement);
  const digests = new Set(releases.map(({ statement }) => releaseDigest(releaseTerms(statement))));
  if (digests.size !== 1) refuse("statement", "The releases must differ in the signer only.");
  if (new Set(releases.map(({ statement }) => statement.releaser)).size !== RELEASE_PERSONS) {
    refuse("same-person", "One person released twice.");
  }
  return terms;
}

function isSameSet(signed: readonly string[], asked: readonly string[]): boolean {
  return new Set(signed).size === signed.length && [...signed].sort().join() === [...asked].sort().join();
}

/** Checks that the release gives exactly what was asked. Both signed the digest of the request's record. */
function checkAsked(terms: ReleaseTerms, record: FrozenRequestRecord): void {
  if (recordDigest(record) !== terms.request_digest) {
    refuse("request-digest", "The request is not the one that was released.");
  }
  if (record.log !== terms.log || record.request !== terms.request) {
    refuse("request", "The record is of another request.");
  }
  if (record.requester !== terms.requester) refuse("requester", "The request is another person's.");
  if (record.purpose !== terms.purpose) refuse("purpose", "The request has another purpose.");
  if (!isSameSet(terms.transactions, record.transactions)) {
    refuse("scope", "The request names other transactions.");
  }
  if (!isSameSet(terms.groups, record.groups)) refuse("groups", "The request names other groups.");
  if (record.level !== terms.level) refuse("level", "The request asks for another level.");
  if (record.max_views !== terms.max_views) refuse("scope", "The request asks for another number of views.");
  checkAskedTime(terms, record);
}

function checkAskedTime(terms: ReleaseTerms, { from, until }: FrozenRequestRecord): void {
  const [start, end] = [instantOf(terms.not_before), instantOf(terms.not_after)];
  if (from !== undefined && start < instantOf(from)) refuse("dates", "The request begins later.");
  const latest = until === undefined ? start + MAX_RELEASE_DAYS * DAY_MS : instantOf(until);
  if (end > latest) refuse("dates", "The request ends earlier.");
}

/**
 * Refuses executives of a party's organisation. The parties are those of the first registration, and the roster names
 * their people. A transaction that is not registered yet has no parties, so each opening checks this again.
 */
export function checkReleaseStands(
  core: Core,
  roster: Roster,
  transactions: readonly string[],
  organisations: readonly string[],
): void {
  for (const transaction of transactions) {
    const parties = partiesOrganisations(roster, core.registrations.find(transaction)?.parties ?? []);
    const isOfParty = organisations.some((own) => parties.some((other) => isSameOrganisation(own, other)));
    if (isOfParty) refuse("party", "Members of a party's organisation cannot release.");
  }
}

/**
 * Makes every check of a release except its proofs, and returns its scope. The custodian knows no deadlines; the two
 * executives do.
 */
export function checkRelease(
  core: Core,
  roster: Roster,
  submission: ReleaseSubmission,
  proofs: readonly Proof[],
): { readonly statement: GrantOkStatement; readonly organisations: string[] } {
  const { grant, authorization, request } = submission;
  const terms = commonTerms(submission);
  if (core.memory.nonceOwner(terms.nonce) !== undefined) {
    refuse("nonce", `A release given for grant ${grant} was used before.`);
  }
  checkAsked(terms, request);
  for (const { statement } of submission.releases) {
    checkNoCoViewer(roster, request.co_viewers ?? [], statement.releaser);
  }
  const requester =
    findPerson(roster, terms.requester) ?? refuse("requester", "The requester left the roster.");
  checkAuthorization(terms, requester, authorization);
  const scope = effectiveScope([terms], requester, authorization);
  if (instantOf(scope.not_after) <= core.clock.nowMs()) refuse("dates", "The grant has ended already.");
  const organisations = submission.releases.flatMap(
    ({ statement }) => findPerson(roster, statement.releaser)?.organisation ?? [],
  );
  checkReleaseStands(core, roster, scope.transactions, organisations);
  const assurance = assuranceOf(
    core,
    proofs.map((proof) => proof.assurance),
  );
  const { purpose } = terms;
  const statement = { log: core.log, grant, ...scope, purpose, requester: requester.person, assurance };
  return { statement, organisations };
}
