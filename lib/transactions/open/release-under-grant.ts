import "server-only";
import { requireGrant, type WantedGrant } from "@/lib/access/grants/find-grant";
import { useView } from "@/lib/access/grants/use-grant";
import { useGrantDay } from "@/lib/access/grants/use-grant-day";
import { openForEvaluation, type SignedOpening, takeOpening } from "@/lib/access/openings/take-opening";
import type { GrantFacts, OpeningProof } from "@/lib/access/rules/facts";
import type { Context } from "@/lib/context/context";
import type { EscrowOpened } from "@/lib/escrow/protocol/port";
import { intentDetails } from "@/lib/escrow/protocol/statements";
import { GROUP_ORDER, type Groups } from "@/lib/transactions/groups";
import { finishOpening, plainGroupsOf } from "@/lib/transactions/open/finish-opening";
import {
  type PermittedOpening,
  permitOpening,
  recordingRefusals,
} from "@/lib/transactions/open/permit-opening";
import {
  type DisclosureFacts,
  type Intent,
  recordIntent,
  type SignedWord,
} from "@/lib/transactions/open/record-disclosure";
import type { Attempt } from "@/lib/transactions/read/load-known";
import { requireBound, type SealedRecord } from "@/lib/transactions/read/load-sealed";
import { registrationItem } from "@/lib/transactions/registration-item";
import type { TransactionRow } from "@/lib/transactions/rows";
import type { AuditBody, Disclosure } from "@/lib/transactions/schema";
import type { SealedGroupRow } from "@/lib/transactions/verify-envelopes";
import type { GroupName } from "@/lib/vocabulary";

/** Everything decided about one release; from here on nothing is weighed any more. */
interface Release {
  readonly row: TransactionRow;
  readonly input: AuditBody;
  readonly grant: GrantFacts;
  readonly permitted: PermittedOpening;
  /** Those of the permitted groups that are sealed. */
  readonly sealed: readonly SealedGroupRow[];
  /** The requester's word; none where nothing is sealed. */
  readonly signed: SignedOpening | undefined;
}

/** The access request that fences what is written down; a dispute has no fence. */
function caseOf({ requestId }: GrantFacts): { readonly caseId?: string } {
  return requestId === undefined ? {} : { caseId: requestId };
}

/** Without the reply key, which is for the answer alone. */
function wordOf({ statement, signature, proofKind }: SignedOpening): SignedWord {
  return { statement, signature, proofKind };
}

function factsOf(cx: Context, { row, input, grant, permitted, sealed, signed }: Release): DisclosureFacts {
  const { permit, groups } = permitted;
  return {
    transactionId: row.id,
    groups,
    purpose: input.purpose,
    level: grant.level === "masked" ? "masked" : "full",
    via: sealed.length === 0 ? "plain" : "escrow",
    grantId: grant.id,
    ...caseOf(grant),
    authorizedBy: grant.id,
    ...(signed === undefined ? {} : { signed: wordOf(signed) }),
    details: {
      // What the custodian compares with the opening: exactly the groups it is asked for.
      ...intentDetails({
        transaction: row.id,
        groups: sealed.length === 0 ? groups : sealed.map((group) => group.row.group),
        grant: grant.id,
        requester: cx.principal.handle,
      }),
      policy_version: permit.policyVersion,
      policies: [...permit.policies],
      ...(input.justification === undefined ? {} : { justification: input.justification }),
      ...(permit.usedHoursOverride ? { hours_override: input.hours_override?.reason ?? "" } : {}),
    },
  };
}

async function askCustodian(
  cx: Context,
  { row, grant, sealed }: Release,
  intent: Intent,
  { statement, signature, replyKey }: SignedOpening,
): Promise<EscrowOpened> {
  try {
    return await cx.escrow.open({
      grant: grant.id,
      transaction: row.id,
      groups: sealed.map((group) => group.row.group),
      envelopes: sealed.map((group) => registrationItem(row, group)),
      intent: intent.entry,
      opening: { statement, signature },
      replyKey,
    });
  } finally {
    replyKey.privateKey.fill(0);
  }
}

interface Opened {
  readonly groups: Groups;
  readonly escrow: EscrowOpened | undefined;
}

async function openSealed(cx: Context, release: Release, intent: Intent): Promise<Opened> {
  const groups = plainGroupsOf(release.row, release.permitted.groups);
  if (release.signed === undefined) return { groups, escrow: undefined };
  const escrow = await askCustodian(cx, release, intent, release.signed);
  return { groups: { ...groups, ...escrow.data }, escrow };
}

/** The opening the requester has signed; in evaluation the portal signs in place of a bearer key or TOTP. */
async function signedOpening(
  cx: Context,
  { input, grant, row, sealed }: Omit<Release, "signed">,
): Promise<SignedOpening | undefined> {
  if (sealed.length === 0) return undefined;
  const scope = { grant, transactions: [row.id], groups: sealed.map((group) => group.row.group) };
  if (input.opening === undefined) return openForEvaluation(cx, scope);
  const { opening_id: openingId, signature } = input.opening;
  return takeOpening(cx, { openingId, signature }, scope);
}

function proofOf(cx: Context, input: AuditBody): OpeningProof {
  if (input.opening !== undefined) return "signed";
  return cx.instance.evaluation ? "evaluation" : "unbound";
}

function wantedGrant(transactionId: string, input: AuditBody): WantedGrant {
  return {
    transactionId,
    purpose: input.purpose,
    ...(input.fields === undefined ? {} : { groups: input.fields }),
    ...(input.grant_id === undefined ? {} : { grantId: input.grant_id }),
    ...(input.authorization === undefined ? {} : { authorizationId: input.authorization }),
  };
}

/** Everything that is weighed, and the requester's word; nothing is changed or opened. */
async function prepareRelease(
  cx: Context,
  row: TransactionRow,
  record: SealedRecord,
  input: AuditBody,
  attempt: Attempt,
): Promise<Release> {
  const { grant, reader } = await recordingRefusals(cx, row.id, attempt, () =>
    requireGrant(cx, wantedGrant(row.id, input)),
  );
  const under = { ...attempt, ...caseOf(grant) };
  const permitted = await permitOpening(cx, row, input, under, {
    grant,
    reader,
    opening: proofOf(cx, input),
  });
  await requireBound(cx, row, record, under);
  const sealed = record.groups.filter((group) => permitted.groups.includes(group.row.group));
  const decided = { row, input, grant, permitted, sealed };
  const signed = await recordingRefusals(cx, row.id, under, () => signedOpening(cx, decided));
  return { ...decided, signed };
}

function maskedGroups(escrow: EscrowOpened | undefined): GroupName[] {
  return GROUP_ORDER.filter((group) => (escrow?.masked[group] ?? []).length > 0);
}

/**
 * Opens granted groups through the escrow custodian, which checks the grant itself: decide, commit intent with
 * view counter, ask the custodian, commit the outcome. The portal cannot open an escrow entry.
 */
export async function releaseUnderGrant(
  cx: Context,
  row: TransactionRow,
  record: SealedRecord,
  input: AuditBody,
  attempt: Attempt,
): Promise<Disclosure> {
  const release = await prepareRelease(cx, row, record, input, attempt);
  const under = { ...attempt, ...caseOf(release.grant) };
  await recordingRefusals(cx, row.id, under, () => useGrantDay(cx, release.grant.id));
  const intent = await recordingRefusals(cx, row.id, under, () =>
    recordIntent(cx, factsOf(cx, release), async (tx) => {
      await useView(tx, cx, release.grant.id);
    }),
  );
  const { answer, escrow } = await finishOpening(cx, intent, () => openSealed(cx, release, intent));
  const masked = maskedGroups(escrow);
  return {
    ...answer,
    ...(escrow === undefined ? {} : { assurance: escrow.assurance }),
    ...(masked.length === 0 ? {} : { masked }),
  };
}
