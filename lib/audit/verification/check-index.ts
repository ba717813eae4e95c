import "server-only";
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { DbContext } from "@/lib/context";
import { openPart, partKey } from "@/lib/crypto/audit-part";
import type { Json } from "@/lib/crypto/canonical-json";
import { FormatError, OpenError } from "@/lib/crypto/format-error";
import { inRawSnapshot, inRawTransaction } from "@/lib/db/transaction";
import type { Logger } from "@/lib/telemetry/logger";
import type { AuditContext } from "../audit-context";
import { type Entry, parseEntry } from "../entry";
import { around } from "../verify/report";
import {
  claimIndexCheck,
  finishIndexCheck,
  type IndexClaim,
  type Indexed,
  IndexProgress,
  type IndexReport,
  type NamingPart,
  readIndexed,
  readNamingParts,
  saveIndexProgress,
} from "./index-store";
import { MAX_FINDINGS } from "./progress";
import type { VerificationFinding } from "./schema";
import { wrongColumns } from "./search-row";
import { readMarks } from "./verify-log";

const BATCH = 256;
/** Parts of so many entries are opened at a stretch; then whoever waits for this portal has a turn. */
const STRETCH = 16;
const SAVE_EVERY = 16;
const LEASE_SECONDS = 60;

/** What a portal needs to hold search rows against sealed parts. */
export type IndexContext = AuditContext & DbContext & { readonly logger: Logger };

type Keys = ReadonlyMap<string, Uint8Array>;

/** Keys of the named compartments; one whose row was changed opens no more and is left out. */
async function keysOf(cx: IndexContext, ids: readonly string[]): Promise<Keys> {
  const keys = new Map<string, Uint8Array>();
  for (const id of ids) {
    try {
      for (const [name, key] of await cx.audit.compartments.openById([id])) keys.set(name, key);
    } catch (error) {
      if (!(error instanceof OpenError)) throw error;
    }
  }
  return keys;
}

function open(cx: IndexContext, part: NamingPart, keys: Keys): Json | undefined {
  const key = keys.get(part.compartment_id);
  if (key === undefined) return undefined;
  const place = { log: cx.instance.log, entryId: part.entry_id, c: part.c };
  try {
    return openPart({ ...place, partKey: partKey(key, part.entry_id), stored: part.stored });
  } catch (error) {
    if (error instanceof OpenError) return undefined;
    throw error;
  }
}

interface Beside {
  readonly parts: ReadonlyMap<string, readonly NamingPart[]>;
  readonly keys: Keys;
  readonly lost: ReadonlySet<string>;
}

function entryOf({ bytes }: Indexed): Entry | undefined {
  try {
    return bytes === null ? undefined : parseEntry(bytes);
  } catch (error) {
    // The worker's own report names what is no entry.
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** What is wrong with one entry's search row, if anything. */
function faultOf(cx: IndexContext, found: Indexed, beside: Beside): VerificationFinding | undefined {
  const { seq, row } = found;
  const entry = entryOf(found);
  const index = (detail: string): VerificationFinding => ({ class: "index", detail, ...around(seq) });
  if (entry === undefined)
    return row !== null && found.bytes === null
      ? index(`entry ${seq} is gone and its search row is there`)
      : undefined;
  if (row === null) return index(`entry ${seq} has no search row`);
  const bound = new Set(entry.sealed.map(({ c }) => c));
  const parts = (beside.parts.get(found.entry_id) ?? []).filter(({ c }) => bound.has(c));
  const opened = parts.map((part) => ({ ...part, plaintext: open(cx, part, beside.keys) }));
  const closed = opened.find(({ plaintext }) => plaintext === undefined);
  if (closed !== undefined) {
    const detail = `part ${closed.c} of entry ${seq} does not open under the compartment it is said to be of`;
    return { class: "part", detail, ...around(seq) };
  }
  const wrong = wrongColumns(
    {
      entry,
      tenantId: cx.instance.tenantId,
      org: opened.find(({ kind }) => kind === "org")?.plaintext,
      caseId: opened.find(({ kind }) => kind === "case")?.subject,
      isLost: beside.lost.has(entry.id),
    },
    row,
  );
  if (wrong.length === 0) return undefined;
  return index(`the search row of entry ${seq} says other than the entry: ${wrong.join(", ")}`);
}

/** Looks at the next batch of search rows. */
async function step(cx: IndexContext, at: IndexProgress, lost: ReadonlySet<string>): Promise<IndexProgress> {
  const to = Math.min(at.size, at.next + BATCH);
  const { rows, naming } = await inRawSnapshot(cx, async (tx) => {
    const rows = await readIndexed(tx, cx.instance.log, at.next, to);
    const naming = await readNamingParts(
      tx,
      rows.map((row) => row.entry_id),
    );
    return { rows, naming };
  });
  const parts = new Map<string, NamingPart[]>();
  for (const part of naming) parts.set(part.entry_id, [...(parts.get(part.entry_id) ?? []), part]);
  const keys = await keysOf(cx, [...new Set(naming.map((part) => part.compartment_id))]);
  const faults: VerificationFinding[] = [];
  for (const [place, row] of rows.entries()) {
    if (place % STRETCH === 0) await setImmediate();
    const fault = faultOf(cx, row, { parts, keys, lost });
    if (fault !== undefined) faults.push(fault);
  }
  const findings = [...at.findings, ...faults];
  return {
    next: to,
    size: at.size,
    indexed: at.indexed + rows.filter((row) => row.row !== null).length,
    findings: findings.slice(0, MAX_FINDINGS),
    more: at.more + Math.max(0, findings.length - MAX_FINDINGS),
  };
}

function begun(progress: unknown, size: number): IndexProgress {
  const saved = IndexProgress.safeParse(progress);
  return saved.success ? saved.data : { next: 0, size, indexed: 0, findings: [], more: 0 };
}

/**
 * Holds every search row of a verification that the worker has ended against its entry and the sealed parts that say
 * who, what and which case it is about: the worker has no key to open them. One portal does it at a time, for a minute
 * on loan; another goes on where it broke off. False when nothing waits.
 */
export async function checkNextIndex(cx: IndexContext): Promise<boolean> {
  const claim: IndexClaim = { token: randomUUID(), leaseSeconds: LEASE_SECONDS };
  const claimed = await inRawTransaction(cx, (tx) => claimIndexCheck(tx, cx.instance.tenantId, claim));
  if (claimed === undefined) return false;
  const { id } = claimed;
  const { lost } = await readMarks(cx);
  let at = begun(claimed.progress, claimed.size);
  const save = (progress: IndexProgress) =>
    inRawTransaction(cx, (tx) => saveIndexProgress(tx, id, claim, progress));
  for (let batch = 1; at.next < at.size; batch += 1) {
    at = await step(cx, at, lost);
    if (batch % SAVE_EVERY === 0 && !(await save(at))) return true;
  }
  const { indexed, findings, more } = at;
  const report: IndexReport = { indexed, findings, more };
  const isOurs = await inRawTransaction(cx, (tx) => finishIndexCheck(tx, id, claim.token, report));
  if (isOurs && findings.length > 0) {
    const alarm = { alarm: "log.verification", verification: id, classes: ["index"] };
    cx.logger.error({ ...alarm, first_bad: findings[0]?.seq }, "search rows say other than the log");
  }
  return true;
}
