import "server-only";
import { chooseGrant } from "@/lib/access/grants/find-grant";
import { OPENING_MS, sessionOf } from "@/lib/access/openings/open-statement";
import type { OpeningRow } from "@/lib/access/openings/store";
import { knownHolds } from "@/lib/access/preservations/list-preservations";
import {
  authorizeOpening,
  needsHold,
  type OpeningPermit,
  type OpeningRequest,
  provedAt,
  requireForeseen,
} from "@/lib/access/rules/authorize-opening";
import type { GrantFacts, OpeningProof, RecordFacts } from "@/lib/access/rules/facts";
import type { Reader } from "@/lib/access/rules/reader";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { claimedChallenge, statementChallenge } from "@/lib/escrow/protocol/challenge";
import type { StatementSignature } from "@/lib/escrow/protocol/statements";
import { removedPasskey } from "@/lib/identity/roster/refuse-removed-passkey";
import { GROUP_ORDER } from "@/lib/transactions/groups";
import type { OpeningFacts } from "@/lib/transactions/open/opening-facts";
import { requireBound } from "@/lib/transactions/read/load-sealed";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AuditBody } from "@/lib/transactions/schema";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";
import type { GroupName } from "@/lib/vocabulary";

/** Groups of the transaction, sealed or not. */
export function presentGroups(row: TransactionRow): GroupName[] {
  return GROUP_ORDER.filter((group) => row.sealedGroups.includes(group) || row.plain[group] !== undefined);
}

/** Returns the record as the access rules use it, with the end of a legal hold that the reader may know of. */
export function recordFactsOf(row: TransactionRow, holdUntil: Date | undefined): RecordFacts {
  return {
    transactionId: row.id,
    participants: row.participants,
    submitter: row.submitter,
    createdAt: new Date(Number(row.createdAtMicros / 1000n)),
    groups: presentGroups(row),
    retentionClass: row.retentionClass,
    ...(holdUntil === undefined ? {} : { holdUntil }),
  };
}

/** The prepared opening that the call uses, with its signature. */
export interface GivenOpening {
  readonly prepared: OpeningRow;
  readonly signature: StatementSignature;
}

/** One decided opening. The later steps decide nothing. */
export interface OpeningPlan {
  readonly row: TransactionRow;
  readonly input: AuditBody;
  readonly permit: OpeningPermit;
  /** The permitted groups that this transaction has, in the order of groups. */
  readonly groups: readonly GroupName[];
  /** Those of them that are sealed. */
  readonly sealed: readonly SealedGroupRow[];
  /** Undefined for a party, which opens its own record. */
  readonly grant: GrantFacts | undefined;
  /** Undefined where nothing is sealed, for a party, and in evaluation where the portal signs. */
  readonly given: GivenOpening | undefined;
  /** Present for evidence: the values' salts are opened too. */
  readonly withSalts?: true;
}

type Deciding = Pick<Context, "db" | "clock" | "instance" | "principal" | "logger" | "policies">;

/** Returns the grant that this opening uses; undefined for a party. Throws `access.no-grant`. */
export function grantFor(
  cx: Pick<Context, "clock">,
  facts: OpeningFacts,
  input: AuditBody,
): GrantFacts | undefined {
  if (facts.isOwn) return undefined;
  const wanted = {
    transactionId: facts.row.id,
    purpose: input.purpose,
    ...(input.fields === undefined ? {} : { groups: input.fields }),
    ...(input.grant_id === undefined ? {} : { grantId: input.grant_id }),
    ...(input.authorization === undefined ? {} : { authorizationId: input.authorization }),
  };
  return chooseGrant(wanted, facts.grants, cx.clock.now());
}

function proofOf(cx: Pick<Context, "instance">, input: AuditBody): OpeningProof {
  if (input.opening !== undefined) return "signed";
  return cx.instance.evaluation ? "evaluation" : "unbound";
}

/** Returns the end of a legal hold that the reader may know of. */
async function readHold(cx: Deciding, { id }: TransactionRow): Promise<Date | undefined> {
  const holds = await inSnapshot(cx, (tx) => knownHolds(tx, cx.principal, [id], cx.clock.now()));
  return holds.get(id);
}

/** Returns what is decided. The legal hold is read only if it could change the answer, as with old records. */
async function requestFor(
  cx: Deciding,
  { row, reader }: OpeningFacts,
  grant: GrantFacts | undefined,
  input: AuditBody,
): Promise<OpeningRequest> {
  const request = {
    record: recordFactsOf(row, undefined),
    purpose: input.purpose,
    ...(input.fields === undefined ? {} : { groups: input.fields }),
    ...(input.hours_override === undefined ? {} : { hoursOverride: input.hours_override }),
    ...(grant === undefined ? {} : { grant, opening: proofOf(cx, input) }),
  };
  if (!needsHold(cx, request, reader)) return request;
  return { ...request, record: recordFactsOf(row, await readHold(cx, row)) };
}

/**
 * Returns the reader as the signature of a prepared opening proves them. A passkey verifies its user and signs a
 * statement of this session, so the proof is at least as new as the statement: no second proof is asked for. It counts
 * only where the custodian verifies the signature in step 3.
 */
function readerProvedBy({ reader, prepared }: OpeningFacts, { opening }: AuditBody): Reader {
  const { proof } = reader.subject;
  if (prepared === undefined || opening?.signature.kind !== "passkey" || proof.kind !== "session")
    return reader;
  const signedAfter = new Date(prepared.expiresAt.getTime() - OPENING_MS);
  const isNewer = proof.multiFactorAt === undefined || proof.multiFactorAt < signedAfter;
  return isNewer ? provedAt(reader, signedAfter) : reader;
}

/** Throws what would refuse an opening under a grant now, if it were signed. It changes nothing and counts nothing. */
export async function foreseeOpening(cx: Deciding, facts: OpeningFacts, input: AuditBody): Promise<void> {
  const grant = grantFor(cx, facts, input);
  requireForeseen(cx, await requestFor(cx, facts, grant, input), facts.reader);
}

function expired(detail: string): DomainError {
  return new DomainError("statement.expired", { detail });
}

function invalid(detail: string): DomainError {
  return new DomainError("statement.invalid", { detail });
}

/**
 * Returns the prepared opening for these groups. It must be of this session, cover what is asked for now, and be what
 * the passkey signed. The custodian checks whether the signature is valid.
 */
function givenOpening(
  cx: Deciding,
  { row, prepared, isPasskeyRemoved }: OpeningFacts,
  grant: GrantFacts,
  groups: readonly GroupName[],
  signature: StatementSignature,
): GivenOpening {
  if (isPasskeyRemoved) throw removedPasskey();
  if (prepared === undefined) throw expired("Prepare the opening again.");
  const { statement } = prepared;
  if (statement.session !== sessionOf(cx.principal))
    throw expired("The opening was prepared in another session. Prepare it again in this one.");
  const isCovered =
    statement.grant === grant.id &&
    statement.transactions.includes(row.id) &&
    groups.every((group) => statement.groups.includes(group));
  if (!isCovered) throw invalid("The signed statement does not cover what is asked for.");
  if (signature.kind === "passkey" && claimedChallenge(signature) !== statementChallenge("open", statement))
    throw invalid("The passkey signed something other than this opening.");
  return { prepared, signature };
}

/**
 * Step 2 of an opening: decides it from the facts that were read, and changes nothing. It checks in this order: floor
 * and rules, the prepared opening, and whether the stored envelopes match the log. Throws the first refusal.
 */
export async function planOpening(
  cx: Deciding,
  facts: OpeningFacts,
  grant: GrantFacts | undefined,
  input: AuditBody,
): Promise<OpeningPlan> {
  const { row, record } = facts;
  const request = await requestFor(cx, facts, grant, input);
  const reader = readerProvedBy(facts, input);
  const permit = authorizeOpening(cx, request, reader);
  const groups = recordFactsOf(row, undefined).groups.filter((group) => permit.groups.includes(group));
  const sealed = record.groups.filter((group) => groups.includes(group.row.group));
  const signature = input.opening?.signature;
  const sealedGroups = sealed.map((group) => group.row.group);
  const given =
    grant === undefined || signature === undefined || sealed.length === 0
      ? undefined
      : givenOpening(cx, facts, grant, sealedGroups, signature);
  // Where nothing is sealed no one verifies the signature, so it proves nothing.
  if (given === undefined && reader !== facts.reader) authorizeOpening(cx, request, facts.reader);
  requireBound(cx, row, record);
  return { row, input, permit, groups, sealed, grant, given };
}
