import "server-only";
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { DbContext } from "@/lib/context";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { inRawSnapshot, inRawTransaction } from "@/lib/db/transaction";
import type { Logger } from "@/lib/telemetry/logger";
import type { AuditContext } from "../audit-context";
import { around } from "../bundle-verifier/report/report";
import { type Entry, entryLeaf, parseEntry } from "../entry/entry";
import { ErasureBook } from "../retention/erasure/erasing-entries";
import { openBound, partFault, type Sealed, sealedOf } from "./check-parts";
import {
  claimIndexCheck,
  countFitting,
  finishIndexCheck,
  type IndexClaim,
  type Indexed,
  IndexProgress,
  type IndexReport,
  readIndexed,
  readSealedParts,
  saveIndexProgress,
} from "./index-store";
import { MAX_FINDINGS } from "./progress";
import { readLost } from "./recoveries";
import type { VerificationFinding } from "./schema";
import { wrongColumns } from "./search-row";

const BATCH = 256;
/** Parts of so many entries are opened at a stretch; then whoever waits for this portal has a turn. */
const STRETCH = 16;
const SAVE_EVERY = 16;
const LEASE_SECONDS = 60;

/** What a portal needs to hold search rows against sealed parts. */
export type IndexContext = AuditContext & DbContext & { readonly logger: Logger };

/** What rows beside entries are held against. */
export interface Beside {
  readonly sealed: Sealed;
  /** Ids of entries whose missing parts a recovery explains. */
  readonly lost: ReadonlySet<string>;
}

/** The entry that the leaf stands for, or what is wrong with the bytes that are stored for it. */
export function readUnderLeaf(
  { seq, entry_id, leaf_hash }: Pick<Indexed, "seq" | "entry_id" | "leaf_hash">,
  bytes: Uint8Array,
): Entry | VerificationFinding {
  const other = (detail: string): VerificationFinding => ({
    class: "content mismatch",
    detail,
    ...around(seq),
  });
  if (!equalConstantTime(entryLeaf(bytes), leaf_hash))
    return other(`the stored bytes of entry ${seq} give another leaf`);
  try {
    const entry = parseEntry(bytes);
    if (entry.id === entry_id) return entry;
    return { class: "reorder", detail: `in place ${seq} stand the bytes of another entry`, ...around(seq) };
  } catch (error) {
    if (error instanceof FormatError) return other(`entry ${seq}: ${error.message}`);
    throw error;
  }
}

/**
 * What is wrong with one entry's search row or sealed parts, if anything. Nothing is believed of bytes that do not give
 * their leaf: who owns the database could write any others beside it.
 */
export function rowFault(
  cx: Pick<AuditContext, "instance">,
  found: Indexed,
  beside: Beside,
): VerificationFinding | undefined {
  const { seq, row } = found;
  const index = (detail: string): VerificationFinding => ({ class: "index", detail, ...around(seq) });
  if (found.bytes === null)
    return row === null ? undefined : index(`entry ${seq} is gone and its search row is there`);
  const entry = readUnderLeaf(found, found.bytes);
  if (!("sealed" in entry)) return entry;
  if (row === null) return index(`entry ${seq} has no search row`);
  const opened = openBound(cx.instance.log, entry, beside.sealed);
  const fault = partFault({ seq, at: entry.at }, opened, beside.sealed);
  if (fault !== undefined) return fault;
  const org = opened.find(({ kind }) => kind === "org");
  const wrong = wrongColumns(
    {
      entry,
      // The organisation's compartment is named after the tenant, and its key opens under that name only.
      tenantId: org?.subject ?? cx.instance.tenantId,
      org: org?.plaintext,
      caseId: opened.find(({ kind }) => kind === "case")?.subject ?? undefined,
      isLost: beside.lost.has(entry.id),
    },
    row,
  );
  if (wrong.length === 0) return undefined;
  return index(`the search row of entry ${seq} says other than the entry: ${wrong.join(", ")}`);
}

/** Looks at the next batch of search rows. */
async function step(
  cx: IndexContext,
  at: IndexProgress,
  { lost, book }: { readonly lost: ReadonlySet<string>; readonly book: ErasureBook },
): Promise<IndexProgress> {
  const range = { from: at.next, size: at.size, limit: BATCH };
  const { rows, parts, isLast } = await inRawSnapshot(cx, async (tx) => {
    const read = await readIndexed(tx, cx.instance.log, range);
    const ids = read.map((row) => row.entry_id);
    const fitting = await countFitting(tx, ids);
    const parts = await readSealedParts(tx, ids.slice(0, fitting));
    return { rows: read.slice(0, fitting), parts, isLast: read.length < BATCH && fitting === read.length };
  });
  const sealed = await sealedOf(cx, parts, book);
  const faults: VerificationFinding[] = [];
  for (const [place, row] of rows.entries()) {
    if (place % STRETCH === 0) await setImmediate();
    const fault = rowFault(cx, row, { sealed, lost });
    if (fault !== undefined) faults.push(fault);
  }
  const findings = [...at.findings, ...faults];
  const last = isLast ? undefined : rows.at(-1);
  return {
    next: last === undefined ? at.size : last.seq + 1,
    size: at.size,
    indexed: at.indexed + rows.filter((row) => row.row !== null).length,
    findings: findings.slice(0, MAX_FINDINGS),
    more: at.more + Math.max(0, findings.length - MAX_FINDINGS),
  };
}

/** The portal's login writes the progress; how far there is to go is the worker's word. */
function begun(progress: unknown, size: number): IndexProgress {
  const saved = IndexProgress.safeParse(progress);
  return saved.success ? { ...saved.data, size } : { next: 0, size, indexed: 0, findings: [], more: 0 };
}

/**
 * Holds every search row of a verification that the worker has ended against its entry and the sealed parts that say
 * who, what and which case it is about, and every missing key against the erasures in the log: the worker has no key
 * to open a part. One portal does it at a time, for a minute
 * on loan; another goes on where it broke off. False when nothing waits.
 */
export async function checkNextIndex(cx: IndexContext): Promise<boolean> {
  const claim: IndexClaim = { token: randomUUID(), leaseSeconds: LEASE_SECONDS };
  const claimed = await inRawTransaction(cx, (tx) => claimIndexCheck(tx, cx.instance.tenantId, claim));
  if (claimed === undefined) return false;
  const { id } = claimed;
  const lost = await inRawSnapshot(cx, (tx) => readLost(tx, cx.instance.log, claimed.size));
  const book = new ErasureBook(cx);
  let at = begun(claimed.progress, claimed.size);
  const save = (progress: IndexProgress) =>
    inRawTransaction(cx, (tx) => saveIndexProgress(tx, id, claim, progress));
  for (let batch = 1; at.next < at.size; batch += 1) {
    at = await step(cx, at, { lost, book });
    if (batch % SAVE_EVERY === 0 && !(await save(at))) return true;
  }
  const { indexed, findings, more } = at;
  const report: IndexReport = { indexed, findings, more };
  const isOurs = await inRawTransaction(cx, (tx) => finishIndexCheck(tx, id, claim.token, report));
  if (isOurs && findings.length > 0) {
    const classes = [...new Set(findings.map((finding) => finding.class))];
    const alarm = { alarm: "log.verification", verification: id, classes };
    cx.logger.error({ ...alarm, first_bad: findings[0]?.seq }, "index rows do not match the log");
  }
  return true;
}
