import "server-only";
import { setImmediate } from "node:timers/promises";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { ErasureBook } from "../erasure/erasing-entries";
import { Conditions, type ReaderContext } from "../reading/filter";
import { type Beside, readUnderLeaf } from "../verification/check-index";
import { sealedOf } from "../verification/check-parts";
import { type Indexed, readSealedParts } from "../verification/index-store";
import { ownWord } from "../verification/own-word";
import type { VerificationFinding } from "../verification/schema";
import { readMarks } from "../verification/verify-log";
import { around } from "../verify/report";
import type { ExportRequest } from "./produce-export";
import { countLeaves, findWithin, readAnchoredSize, readLeftOut, type Said } from "./store";

const STRETCH = 16;

/**
 * Holds everything that a whole export would leave out against the log itself: its fence goes by search rows, which come
 * from the portal's database login and which the owner can change or drop. An entry is left out because the log says it
 * was pruned, or because its own sealed parts put it behind the reader's fence. Where a row says other than they do, the
 * entry's own word counts; where they say nothing, the entry is there and no part of it is (`shut`). Only where there is
 * nothing to be there, bytes that give the leaf, is the export refused before its first byte (`export.index`). A
 * filtered export claims nothing about what is not in it.
 */
export async function byOwnWord(
  cx: ReaderContext,
  tx: RawTx,
  request: ExportRequest,
): Promise<ExportRequest> {
  if (Object.keys(request.filter).length > 0) return request;
  const { fault, own, shut } = await judgeLeftOut(cx, tx, request);
  if (fault !== undefined) {
    const { class: of, seq } = fault;
    cx.logger.error({ alarm: "export.index", class: of, seq }, "an export would lose entries");
    throw new DomainError("export.index", { detail: `It would lose an entry, the first at ${seq}.` });
  }
  const beside = [...own, ...shut].sort((a, b) => a - b);
  const first = beside[0];
  if (first === undefined) return request;
  const count = beside.length;
  cx.logger.error(
    { alarm: "export.index", class: "index", seq: first, count },
    "search rows hide entries from their readers",
  );
  const numbers = new Conditions().add(
    "l.seq = ANY (string_to_array(?::text, ',')::bigint[])",
    beside.join(","),
  );
  return { ...request, conditions: Conditions.either(request.conditions, numbers), shut: new Set(shut) };
}

interface LeftOut {
  /** What cannot be there: an entry without its bytes. */
  readonly fault?: VerificationFinding;
  /** Numbers of entries that are behind no fence of the reader's by their own word. */
  readonly own: readonly number[];
  /** Numbers of entries whose parts do not say behind which fence they are. */
  readonly shut: readonly number[];
}

type Judged = { readonly fault: VerificationFinding } | { readonly said: readonly Said[] } | undefined;

/** What the reader's fence is to be asked about one entry, or what is wrong with it; undefined where it is rightly out. */
function judge(
  cx: ReaderContext,
  row: Indexed,
  { minimum, ...beside }: Beside & { readonly minimum: number },
): Judged {
  const { seq } = row;
  if (row.bytes === null)
    return seq < minimum
      ? undefined
      : { fault: { class: "missing leaf", detail: "it has a leaf and no bytes", ...around(seq) } };
  const entry = readUnderLeaf(row, row.bytes);
  if (!("sealed" in entry)) return { fault: entry };
  const { isRow, rows } = ownWord(cx, entry, row.row, beside);
  if (isRow) return undefined;
  return {
    said: rows.map(({ tenant_id, case_id, is_suspicion }) => ({ seq, tenant_id, case_id, is_suspicion })),
  };
}

/** What of one batch of entries that are left out is to be here, in `found`; or the first that cannot be. */
async function judgeBatch(
  cx: ReaderContext,
  rows: readonly Indexed[],
  beside: Beside & { readonly minimum: number },
  found: { readonly said: Said[]; readonly shut: number[] },
): Promise<VerificationFinding | undefined> {
  for (const [at, row] of rows.entries()) {
    if (at % STRETCH === 0) await setImmediate();
    const judged = judge(cx, row, beside);
    if (judged === undefined) continue;
    if ("fault" in judged) return judged.fault;
    if (judged.said.length === 0) found.shut.push(row.seq);
    found.said.push(...judged.said);
  }
  return undefined;
}

async function judgeLeftOut(cx: ReaderContext, tx: RawTx, { conditions }: ExportRequest): Promise<LeftOut> {
  const { log } = cx.instance;
  const size = await readAnchoredSize(tx, log);
  const leaves = await countLeaves(tx, log, size);
  const own = new Set<number>();
  const shut: number[] = [];
  const ends = (fault: VerificationFinding): LeftOut => ({ fault, own: [], shut: [] });
  if (leaves !== size)
    return ends({
      class: "missing leaf",
      detail: `of ${size} signed leaves ${leaves} are here`,
      seq: leaves,
    });
  const marks = await readMarks(cx);
  const book = new ErasureBook(cx);
  for await (const rows of readLeftOut(tx, { conditions, log, size }, marks.minimum)) {
    const ids = rows.map((row) => row.entry_id);
    const sealed = await sealedOf(cx, await readSealedParts(tx, ids), book);
    const said: Said[] = [];
    const fault = await judgeBatch(cx, rows, { ...marks, sealed }, { said, shut });
    if (fault !== undefined) return ends(fault);
    for (const seq of await findWithin(tx, conditions, said)) own.add(seq);
  }
  return { own: [...own], shut };
}
