import "server-only";
import { setImmediate } from "node:timers/promises";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { around } from "../bundle-verifier/report/report";
import { Ranges } from "../bundle-verifier/tree/ranges";
import { Conditions, isSurelyWithin, type ReaderContext } from "../reading/fence";
import { ErasureBook } from "../retention/erasure/erasing-entries";
import { type Beside, readUnderLeaf } from "../self-check/check-index";
import { sealedOf } from "../self-check/check-parts";
import { type Indexed, readSealedParts } from "../self-check/index-store";
import { readRecoveries } from "../self-check/recoveries";
import type { VerificationFinding } from "../self-check/schema";
import { ownWord } from "../verification/own-word";
import { JudgedLeaves, type Leaf } from "./judged-leaves";
import { findPruning } from "./read-gone";
import { countLeaves, findWithin, readAnchoredSize, readLeftOut, readSealedCases, type Said } from "./store";

const STRETCH = 16;

/** What of an export's request is read here. */
interface WholeRequest {
  readonly conditions: Conditions;
  readonly filter: Readonly<Record<string, string>>;
  readonly signedSize?: number | undefined;
}

/**
 * Holds everything that a whole export would leave out against the log itself: its fence goes by search rows, which come
 * from the portal's database login and which the owner can change or drop. An entry is left out because the log says it
 * was pruned, or because its own sealed parts put it behind the reader's fence. Where a row says other than they do, the
 * entry's own word counts; where they say nothing, the entry is there and no part of it is (`shut`). Only where there is
 * nothing to be there, bytes that give the leaf, is the export refused before its first byte (`export.index`). A
 * filtered export claims nothing about what is not in it.
 */
export async function byOwnWord<R extends WholeRequest>(
  cx: ReaderContext,
  tx: RawTx,
  request: R,
): Promise<R> {
  if (Object.keys(request.filter).length > 0) return request;
  const { fault, own, shut, withheld, judged } = await judgeLeftOut(cx, tx, request);
  if (fault !== undefined) {
    const { class: of, seq } = fault;
    cx.logger.error({ alarm: "export.index", class: of, seq }, "an export would lose entries");
    throw new DomainError("export.index", { detail: `It would lose an entry, the first at ${seq}.` });
  }
  const beside = [...own, ...shut].sort((a, b) => a - b);
  const first = beside[0];
  if (first === undefined) return { ...request, withheld, judged };
  const count = beside.length;
  cx.logger.error(
    { alarm: "export.index", class: "index", seq: first, count },
    "search rows hide entries from their readers",
  );
  const numbers = new Conditions().add(
    "l.seq IN (SELECT unnest(string_to_array(?::text, ',')::bigint[]))",
    beside.join(","),
  );
  const conditions = Conditions.either(request.conditions, numbers);
  return { ...request, conditions, shut: new Set(shut), own: new Set(own), withheld, judged };
}

interface LeftOut {
  /** What cannot be there: an entry without its bytes. */
  readonly fault?: VerificationFinding;
  /** Numbers of entries that are behind no fence of the reader's by their own word. */
  readonly own: readonly number[];
  /** Numbers of entries whose parts do not say behind which fence they are. */
  readonly shut: readonly number[];
  /** Numbers of all others whose bytes are there: each is behind the reader's fence by its own word. */
  readonly withheld: Ranges;
  /** The leaves by which all of this was judged. */
  readonly judged: JudgedLeaves;
}

/** What entries are judged by, beside themselves. */
type Judging = Beside & {
  readonly minimum: number;
  /** Cases that are sealed from the reader, as the database says. */
  readonly sealedCases: readonly string[];
};

type Judged =
  | { readonly fault: VerificationFinding }
  | { readonly said: readonly Said[] }
  | "behind"
  | "within"
  | "pruned";

/** What the reader's fence is to be asked about one entry, what is wrong with it, or why it is rightly out. */
function judge(cx: ReaderContext, row: Indexed, { minimum, sealedCases, ...beside }: Judging): Judged {
  const { seq } = row;
  if (row.bytes === null)
    return seq < minimum
      ? "pruned"
      : { fault: { class: "missing leaf", detail: "it has a leaf and no bytes", ...around(seq) } };
  const entry = readUnderLeaf(row, row.bytes);
  if (!("sealed" in entry)) return { fault: entry };
  const { isRow, rows } = ownWord(cx, entry, row.row, beside);
  const said = isRow && row.row !== null ? [row.row] : rows;
  if (said.some((one) => isSurelyWithin(cx, one, sealedCases))) return "within";
  if (isRow) return "behind";
  return {
    said: rows.map(({ tenant_id, case_id, is_suspicion }) => ({ seq, tenant_id, case_id, is_suspicion })),
  };
}

/** What came of one batch of entries that are left out, in the order of their numbers. */
interface Batch {
  readonly said: Said[];
  readonly shut: Leaf[];
  /** Numbers that no fence of the reader's keeps back, whatever the database answers. */
  readonly within: number[];
  /** Those that are behind the fence if it lets none of what they say through, each by the leaf it was judged by. */
  readonly behind: Leaf[];
}

/** Judges one batch of entries that are left out; gives the first that cannot be there instead. */
async function judgeBatch(
  cx: ReaderContext,
  rows: readonly Indexed[],
  beside: Judging,
): Promise<Batch | VerificationFinding> {
  const batch: Batch = { said: [], shut: [], within: [], behind: [] };
  for (const [at, row] of rows.entries()) {
    if (at % STRETCH === 0) await setImmediate();
    const judged = judge(cx, row, beside);
    if (judged === "pruned") continue;
    if (judged === "within") {
      batch.within.push(row.seq);
      continue;
    }
    if (judged !== "behind" && "fault" in judged) return judged.fault;
    const said = judged === "behind" ? [] : judged.said;
    const isShut = judged !== "behind" && said.length === 0;
    (isShut ? batch.shut : batch.behind).push({ seq: row.seq, hash: row.leaf_hash });
    batch.said.push(...said);
  }
  return batch;
}

async function judgeLeftOut(
  cx: ReaderContext,
  tx: RawTx,
  { conditions, signedSize = 0 }: WholeRequest,
): Promise<LeftOut> {
  const { log } = cx.instance;
  const size = await readAnchoredSize(tx, log);
  const leaves = await countLeaves(tx, log, size);
  const found = {
    own: [] as number[],
    shut: [] as number[],
    withheld: new Ranges(),
    judged: new JudgedLeaves(),
  };
  if (size < signedSize) {
    const detail = `of ${signedSize} signed leaves a checkpoint over ${size} is here`;
    return { ...found, fault: { class: "truncation", detail, seq: size } };
  }
  if (leaves !== size) {
    const detail = `of ${size} signed leaves ${leaves} are here`;
    return { ...found, fault: { class: "missing leaf", detail, seq: leaves } };
  }
  // Of this snapshot and this tree alone: what no signature is over says of nothing that it is rightly gone.
  const minimum = (await findPruning(tx, log, size))?.minimum ?? 0;
  const recoveries = (await readRecoveries(tx, log, size)).filter((recovery) => recovery.lost.length > 0);
  for (const recovery of recoveries) found.judged.believe(recovery);
  const lost = new Set(recoveries.flatMap((recovery) => recovery.lost));
  const sealedCases = await readSealedCases(tx, cx);
  const book = new ErasureBook(cx);
  for await (const rows of readLeftOut(tx, { conditions, log, size }, minimum)) {
    const ids = rows.map((row) => row.entry_id);
    const sealed = await sealedOf(cx, await readSealedParts(tx, ids), book);
    const batch = await judgeBatch(cx, rows, { minimum, lost, sealed, sealedCases });
    if ("class" in batch) return { ...found, fault: batch };
    const within = new Set(await findWithin(tx, conditions, batch.said));
    found.own.push(...within, ...batch.within);
    found.shut.push(...batch.shut.map(({ seq }) => seq));
    for (const leaf of batch.behind) {
      if (within.has(leaf.seq)) continue;
      found.withheld.add(leaf.seq);
      found.judged.judge(leaf);
    }
  }
  return found;
}
