import "server-only";
import type { CompartmentKind } from "@/lib/context/recorder";
import type { RawTx } from "@/lib/db/transaction";
import { openStored } from "../entry/bound-part";
import { personPartOf } from "../entry/person-part";
import { Conditions, type ReaderContext } from "../reading/fence";
import { ErasureBook } from "../retention/erasure/erasing-entries";
import { readRecoveries } from "../self-check/recoveries";
import { findBeside, findCompartments, findExported, readOrgBeside } from "./explaining-store";
import type { Gone } from "./read-gone";
import type { ExportRange } from "./store";

interface Asked {
  readonly range: Omit<ExportRange, "log">;
  /** The reader's fence alone, without the filter. */
  readonly fence: Conditions;
  readonly kinds: readonly CompartmentKind[];
  readonly gone: Gone;
}

/** Numbers of recoveries that name an entry of the export as lost. */
async function recoveriesOf(tx: RawTx, range: ExportRange): Promise<number[]> {
  const recoveries = await readRecoveries(tx, range.log, range.size);
  const here = await findExported(
    tx,
    range,
    recoveries.flatMap(({ lost }) => lost),
  );
  return recoveries.filter(({ lost }) => lost.some((id) => here.has(id))).map(({ seq }) => seq);
}

/** Marks of keys that entries of the export name for their parts under these compartments. */
async function marksNamed(
  cx: ReaderContext,
  tx: RawTx,
  range: ExportRange,
  compartments: readonly string[],
): Promise<ReadonlySet<string>> {
  const named = new Set<string>();
  for await (const rows of readOrgBeside(tx, range, compartments)) {
    const keys = await cx.audit.compartments.openById([...new Set(rows.map((row) => row.compartment_id))]);
    for (const row of rows) {
      const key = keys.get(row.compartment_id);
      const person = key && personPartOf(openStored(range.log, row, key));
      if (person?.c === row.part) named.add(`${row.compartment} ${person.keyMark}`);
    }
  }
  return named;
}

/**
 * Numbers of erasures that destroyed the key of a part in the export. Where several name one compartment, each with a key
 * of its own, those whose key the entries name.
 */
async function erasuresOf(cx: ReaderContext, tx: RawTx, range: ExportRange): Promise<number[]> {
  const book = new ErasureBook(cx);
  await book.load(tx);
  const erasing = await book.erasing([]);
  const here = await findCompartments(tx, range, [...erasing.keys()]);
  const several = [...here].filter((id) => (erasing.get(id)?.length ?? 0) > 1);
  const named = await marksNamed(cx, tx, range, several);
  return [...here].flatMap((id) => {
    const of = erasing.get(id) ?? [];
    const ours = of.length === 1 ? of : of.filter(({ keyMark }) => named.has(`${id} ${keyMark}`));
    return ours.flatMap(({ seq }) => seq ?? []);
  });
}

/**
 * The conditions of a filtered bundle, widened by the entries without which a verifier could not tell an honest loss
 * from a theft: recoveries that name an entry of it as lost, erasures of keys of its parts, the pruning that the
 * manifest names. Only such as the reader may read, and only those that its filter leaves out: undefined where there
 * are none.
 */
export async function withExplaining(
  cx: ReaderContext,
  tx: RawTx,
  { range: asked, fence, kinds, gone }: Asked,
): Promise<{ readonly conditions: Conditions } | undefined> {
  const range = { ...asked, log: cx.instance.log };
  const recoveries = kinds.includes("org") ? await recoveriesOf(tx, range) : [];
  const erasures = kinds.includes("subject") ? await erasuresOf(cx, tx, range) : [];
  const prunings = gone.prunedAt === undefined ? [] : [gone.prunedAt];
  const beside = await findBeside(tx, range, fence, [...recoveries, ...erasures, ...prunings]);
  if (beside.length === 0) return undefined;
  const numbers = fence
    .copy()
    .add("l.seq IN (SELECT unnest(string_to_array(?::text, ',')::bigint[]))", beside.join(","));
  return { conditions: Conditions.either(asked.conditions, numbers) };
}
