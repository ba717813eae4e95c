import "server-only";
import { lenderFor } from "@/lib/access/grants/export-under-grant";
import { loadGrant } from "@/lib/access/grants/load-grant";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { lendingOf } from "@/lib/audit/export/export-loan";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, invalidField } from "@/lib/errors";
import type { NewEvidence } from "@/lib/evidence/schema";
import { clientHeldVersions, type EvidenceEnd, insertEvidence, newReference } from "@/lib/evidence/store";
import { type OpenedRecord, planRecord } from "@/lib/transactions/open/open-transaction";
import { requireSignature } from "@/lib/transactions/open/prove-opening";
import type { AuditBody } from "@/lib/transactions/schema";
import type { GroupName } from "@/lib/vocabulary";

const ACTION = "evidence.make";

type Fence = Pick<AuditEvent, "subjects" | "purpose" | "caseId" | "caseDetails" | "index">;

/** Evidence whose intent is committed. */
export interface Begun {
  readonly id: string;
  readonly reference: string;
  readonly format: "pdf" | "json";
  readonly transactions: readonly string[];
  readonly groups: readonly GroupName[];
  readonly fence: Fence;
  readonly entry: AppendedEntry;
}

/** Returns the log event of an evidence file: its intent, or its outcome with the facts about the file. */
export function eventOf(
  begun: Omit<Begun, "entry">,
  outcome: "intent" | "done" | "failed",
  end?: EvidenceEnd,
): AuditEvent {
  const { id, reference, format, transactions, groups, fence } = begun;
  return {
    class: "export",
    outcome,
    action: ACTION,
    ...fence,
    subjects: [`evidence:${id}`, ...fence.subjects],
    details: {
      reference,
      format,
      transactions: [...transactions],
      groups: [...groups],
      ...(end === undefined ? {} : { sha256: end.digest, code: end.code, pages: end.pages }),
    },
  };
}

/** The opening that evidence of one record asks for. */
export function openingInput(
  body: NewEvidence,
  opening: NewEvidence["records"][number]["opening"],
): AuditBody {
  return {
    purpose: body.purpose,
    ...(body.justification === undefined ? {} : { justification: body.justification }),
    ...(body.fields === undefined ? {} : { fields: body.fields }),
    ...(body.grant_id === undefined ? {} : { grant_id: body.grant_id }),
    ...(body.hours_override === undefined ? {} : { hours_override: body.hours_override }),
    ...(opening === undefined ? {} : { opening }),
  };
}

type Planned = Pick<OpenedRecord, "facts" | "plan">;

/** Throws `evidence.client-held` for a party with a client-held key: only its own program can open the record. */
async function requireManaged(cx: Context, { plan, facts }: Planned): Promise<void> {
  const { participantId } = cx.principal;
  if (!facts.isOwn || participantId === undefined) return;
  const versions = await inSnapshot(cx, (tx) => clientHeldVersions(tx, participantId));
  const held = new Set(versions.map((version) => `${participantId}#${version}`));
  if (!plan.sealed.some(({ wraps }) => wraps.some(({ kid }) => held.has(kid)))) return;
  throw new DomainError("evidence.client-held", {
    detail:
      "Your own program has the key of this transaction, so the portal cannot open it. Open it with your program (sealport open), which checks each value against the transaction's digests.",
  });
}

/** Bytes of values in one file at most. The file is made in memory, and a record holds up to a megabyte. */
const MOST_BYTES = 4 * 1_048_576;

function bytesOf({ row, groups, sealed }: Planned["plan"]): number {
  const plain = groups.flatMap((group) => row.plain[group] ?? []);
  const base64 = sealed.reduce((sum, one) => sum + one.row.ciphertext.length, 0);
  return (base64 * 3) / 4 + JSON.stringify(plain).length;
}

/**
 * Checks all openings and their signatures without changing anything, so that a refusal that is foreseeable costs no
 * export. A passkey's signature may be the only fresh proof, so it is verified before anything is used up.
 */
async function planAll(cx: Context, body: NewEvidence): Promise<GroupName[]> {
  const groups = new Set<GroupName>();
  let bytes = 0;
  for (const { transaction_id, opening } of body.records)
    await planRecord(cx, transaction_id, openingInput(body, opening), async (planned) => {
      await requireManaged(cx, planned);
      const { grant } = planned.plan;
      if ((grant === undefined) !== (body.grant_id === undefined))
        throw new DomainError("access.no-grant", {
          detail: "Name the grant that covers these transactions.",
        });
      bytes += bytesOf(planned.plan);
      if (bytes > MOST_BYTES)
        throw invalidField(
          "/records",
          "have more than 4 MB of values together: name fewer transactions or fields",
        );
      if (planned.plan.given !== undefined) await requireSignature(cx, planned.plan.given);
      for (const group of planned.plan.groups) groups.add(group);
    });
  return [...groups];
}

interface Cost {
  readonly records: number;
  readonly exports: 1 | 2;
}

/** An evidence file takes one export, a pack another for its part of the log. */
function exportsDetail({ exports }: Cost, left: number, max: number): string {
  if (left === 0) return `An evidence file takes one export; all ${max} are used.`;
  return `An evidence pack takes ${exports} exports, one for the evidence and one for the log; ${left} is left.`;
}

/** Checks that the grant has what the evidence needs: its exports, and a view for each record. */
async function requireBudget(tx: Tx, cx: Context, grantId: string, cost: Cost): Promise<void> {
  const { records, exports } = cost;
  const grant = await loadGrant(tx, cx, grantId, "grant.open");
  const exportsLeft = grant.maxExports - grant.exportsUsed;
  if (exportsLeft < exports)
    throw new DomainError("access.exports-exhausted", {
      detail: exportsDetail(cost, Math.max(0, exportsLeft), grant.maxExports),
    });
  const left = grant.maxViews - grant.viewsUsed;
  if (left < records)
    throw new DomainError("access.views-exhausted", {
      detail: `An evidence file takes one view for each transaction. The grant has ${left} views left, and you named ${records} transactions.`,
    });
}

function fenceOfOwn(transactions: readonly string[]): Fence {
  const [only] = transactions;
  return {
    subjects: [],
    ...(only !== undefined && transactions.length === 1 ? { index: { transactionId: only } } : {}),
  };
}

/**
 * Checks that evidence of these records could be made now, and returns its groups. Nothing is changed, so that a refusal
 * that is foreseeable costs no export. Throws the refusals of an opening, and `access.exports-exhausted`,
 * `access.views-exhausted`, `evidence.client-held`.
 */
export async function checkEvidence(cx: Context, body: NewEvidence, exports: 1 | 2): Promise<GroupName[]> {
  const { grant_id: grantId, records } = body;
  const groups = await planAll(cx, body);
  if (grantId !== undefined)
    await inSnapshot(cx, (tx) => requireBudget(tx, cx, grantId, { records: records.length, exports }));
  return groups;
}

/**
 * Checks that each record may be opened now, and commits the intent with the reference and one export of the grant's
 * budget. Throws the refusals of an opening, and `access.exports-exhausted`, `evidence.client-held`.
 */
export async function beginEvidence(cx: Context, body: NewEvidence): Promise<Begun> {
  const { grant_id: grantId } = body;
  const groups = await checkEvidence(cx, body, 1);
  const transactions = body.records.map((one) => one.transaction_id);
  const madeAt = cx.clock.now();
  const id = uuidv7(madeAt.getTime());
  return inTransaction(cx, async (tx) => {
    const loan = await lendingOf(tx, grantId === undefined ? {} : { grant_id: grantId }, lenderFor(cx));
    const { tenantId } = cx.instance;
    const reference = await newReference(tx, tenantId, madeAt.getUTCFullYear());
    const fence = loan?.entry ?? fenceOfOwn(transactions);
    const begun = { id, reference, format: body.format, transactions, groups, fence };
    const entry = await appendEntry(tx, cx, eventOf(begun, "intent"));
    await insertEvidence(tx, {
      ...begun,
      tenantId,
      userId: cx.principal.userId,
      grantId,
      requestId: fence.caseId,
      intentEntryId: entry.id,
      madeAt,
    });
    await loan?.take();
    return { ...begun, entry };
  });
}
