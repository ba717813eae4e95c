import "server-only";
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { AuditContext } from "@/lib/context/context";
import { type DbContext, inRawSnapshot, inRawTransaction } from "@/lib/db/transaction";
import type { Logger } from "@/lib/telemetry/logger";
import { memberOf } from "../../crypto/json/canonical-json";
import { around } from "../bundle-verifier/report/report";
import { endingOf } from "../entry/erased-part";
import { type EntryFault, type Keys, OpenedEntry } from "../entry/opened-entry";
import { type Erasings, ErasureBook } from "../retention/erasure/erasing-entries";
import { statedBy, wrongColumns } from "./index-row";
import {
  claimIndexCheck,
  finishIndexCheck,
  type IndexClaim,
  type Indexed,
  IndexProgress,
  type IndexReport,
  readIndexed,
  saveIndexProgress,
} from "./index-store";
import { MAX_FINDINGS } from "./progress";
import { readLost } from "./recoveries";
import type { VerificationFinding } from "./schema";

/** Number of entries whose parts are opened without a pause. After them the portal does other work. */
const STRETCH = 16;
const SAVE_EVERY = 16;
const LEASE_SECONDS = 60;

/** What a portal needs to check index rows against sealed parts. */
export type IndexContext = AuditContext & DbContext & { readonly logger: Logger };

/** The context for checking entries. */
interface Ground {
  readonly keys: Keys;
  /** Erasures of the missing keys. */
  readonly erasing: Erasings;
  /** Ids of entries whose missing parts a recovery explains. */
  readonly lost: ReadonlySet<string>;
}

/** Returns what is wrong with the bytes that are stored for a leaf. */
function bytesFault(seq: number, fault: EntryFault): VerificationFinding {
  if (fault.is === "other entry")
    return { class: "reorder", detail: `place ${seq} has the bytes of another entry`, ...around(seq) };
  const detail =
    fault.is === "other leaf"
      ? `the stored bytes of entry ${seq} do not give its leaf`
      : `entry ${seq}: ${fault.why}`;
  return { class: "content mismatch", detail, ...around(seq) };
}

/**
 * Returns what is wrong with the parts that an entry binds: a missing key without an erasing entry in the log, or a
 * part that does not open with the compartment of its row. Only the actor's own part can be erased. The erasing entry
 * must have destroyed the key that the org part names, and the part's entry must not be later than the erasure.
 */
function partFault(
  { seq, opened }: { readonly seq: number; readonly opened: OpenedEntry },
  { erasing }: Ground,
): VerificationFinding | undefined {
  const org = opened.org?.plaintext;
  const at = memberOf(opened.json, "at");
  for (const part of opened.bound) {
    const { c, named, rowKind, kind, subject, compartmentId, text } = part;
    if (text !== undefined) continue;
    const found = (of: "part" | "erased", what: string): VerificationFinding => ({
      class: of,
      detail: what,
      ...around(seq),
    });
    if (named === undefined && rowKind === undefined)
      return found("part", `part ${c} of entry ${seq} is in a compartment of an unknown kind`);
    if (named !== undefined)
      return found(
        "part",
        `part ${c} of entry ${seq} cannot be opened with the key of the compartment that its row names`,
      );
    const isActors = kind === "subject" && subject === memberOf(org, "actor");
    if (isActors && endingOf({ c, at, org }, erasing.get(compartmentId)) !== undefined) continue;
    return found(
      "erased",
      `the key of part ${c} of entry ${seq} is missing, and no log entry records its erasure for the actor of entry ${seq}`,
    );
  }
  return undefined;
}

/**
 * Returns what is wrong with one entry's index row or sealed parts, if anything. Bytes that do not match their leaf
 * are not used, because the database owner can store any bytes.
 */
function rowFault(
  cx: Pick<AuditContext, "instance">,
  found: Indexed,
  ground: Ground,
): VerificationFinding | undefined {
  const { seq, row, bytes } = found;
  const index = (detail: string): VerificationFinding => ({ class: "index", detail, ...around(seq) });
  if (bytes === null)
    return row === null
      ? undefined
      : index(`the bytes of entry ${seq} were removed, but its index row still exists`);
  const opened = new OpenedEntry(cx.instance.log, { ...found, bytes }, ground.keys);
  const entry = opened.checked;
  if ("is" in entry) return bytesFault(seq, entry);
  if (row === null) return index(`entry ${seq} has no index row`);
  const fault = partFault({ seq, opened }, ground);
  if (fault !== undefined) return fault;
  const wrong = wrongColumns(statedBy(opened, entry, { ...ground, tenantId: cx.instance.tenantId }), row);
  if (wrong.length === 0) return undefined;
  return index(`the index row of entry ${seq} does not match the entry: ${wrong.join(", ")}`);
}

/** Checks the next batch of index rows. */
async function step(
  cx: IndexContext,
  at: IndexProgress,
  { lost, book }: { readonly lost: ReadonlySet<string>; readonly book: ErasureBook },
): Promise<IndexProgress> {
  const range = { from: at.next, size: at.size };
  const rows = await inRawSnapshot(cx, (tx) => readIndexed(tx, cx.instance.log, range));
  const ids = [...new Set(rows.flatMap((row) => row.parts.map((part) => part.compartmentId)))];
  const keys = await cx.audit.compartments.openNamed(ids);
  // Read the erasures after the keys, so that the entry of a missing key is already visible.
  const erasing = await book.erasing(ids.filter((id) => !keys.has(id)));
  const faults: VerificationFinding[] = [];
  for (const [place, row] of rows.entries()) {
    if (place % STRETCH === 0) await setImmediate();
    const fault = rowFault(cx, row, { keys, erasing, lost });
    if (fault !== undefined) faults.push(fault);
  }
  const findings = [...at.findings, ...faults];
  const last = rows.at(-1);
  return {
    next: last === undefined ? at.size : last.seq + 1,
    size: at.size,
    indexed: at.indexed + rows.filter((row) => row.row !== null).length,
    findings: findings.slice(0, MAX_FINDINGS),
    more: at.more + Math.max(0, findings.length - MAX_FINDINGS),
  };
}

/**
 * Returns the stored progress, or that of a new check. The portal's login can write the progress, so the number of
 * entries to check comes from the worker.
 */
function begun(progress: unknown, size: number): IndexProgress {
  const saved = IndexProgress.safeParse(progress);
  return saved.success ? { ...saved.data, size } : { next: 0, size, indexed: 0, findings: [], more: 0 };
}

/**
 * Checks every index row of a verification that the worker has finished. It compares each row with its entry and the
 * sealed parts (person, act and case), and each missing key with the erasures in the log. The worker cannot do this
 * because it has no key that opens a part. One portal at a time does it, with a lease of one minute; another portal
 * continues where it stopped. Returns false when no verification waits.
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
