import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/signed-note";
import { placeText } from "./bundle-format";
import type { Finding } from "./report";

/** Entries farther away than this are not tried when an entry does not stand where it was exported. */
const WINDOW = 256;

/** What the place signatures of a bundle are checked against. */
export interface PlaceInput {
  readonly log: string;
  readonly receiptKeys: readonly string[];
  readonly places: ReadonlyMap<number, string>;
  /** Leaves as they stand in the bundle: from the entry's own bytes where it is there. */
  readonly leaves: readonly Uint8Array[];
  /** Numbers that have a place line: the whole range, or the exported entries of a filtered bundle. */
  readonly seqs: readonly number[];
}

/** Whether a trusted receipt key signed that this leaf stood at this number. */
function isVouched(
  input: PlaceInput,
  line: string | undefined,
  seq: number,
  leaf: Uint8Array | undefined,
): boolean {
  if (line === undefined || leaf === undefined) return false;
  try {
    const { verified } = openNote(`${placeText(input.log, seq, leaf)}\n${line}\n`, input.receiptKeys);
    return verified.length === 1;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** Number at which a leaf was signed, looked for near where it stands now. */
function originalPlace(input: PlaceInput, at: number): number | undefined {
  const leaf = input.leaves[at];
  for (let distance = 1; distance <= WINDOW; distance += 1) {
    for (const seq of [at + distance, at - distance]) {
      const lines = [input.places.get(at), input.places.get(seq)];
      if (seq >= 0 && lines.some((line) => isVouched(input, line, seq, leaf))) return seq;
    }
  }
  return undefined;
}

/**
 * Names the first entry that does not stand where the exporter signed it, and what happened to it: moved,
 * left out, or changed. Undefined when every place in the range is vouched for.
 */
export function locate(input: PlaceInput): Finding | undefined {
  const isGood = (seq: number): boolean => isVouched(input, input.places.get(seq), seq, input.leaves[seq]);
  const bad = input.seqs.find((seq) => seq < input.leaves.length && !isGood(seq));
  if (bad === undefined) return undefined;
  const isFirst = bad === input.seqs[0];
  return nameFault(input, bad, isFirst && !isAnyVouched(input));
}

/** Whether one place near the start is vouched for as it stands or shifted by an omission. */
function isAnyVouched(input: PlaceInput): boolean {
  return input.seqs.slice(0, WINDOW).some((seq) => {
    const [own, next] = [input.places.get(seq), input.places.get(seq + 1)];
    const leaf = input.leaves[seq];
    return [own, next].some(
      (line) => isVouched(input, line, seq, leaf) || isVouched(input, line, seq + 1, leaf),
    );
  });
}

function nameFault(input: PlaceInput, seq: number, isNoneVouched: boolean): Finding {
  const neighbours = { ...(seq > 0 ? { before: seq - 1 } : {}), after: seq + 1 };
  if (isNoneVouched) {
    const detail = `no trusted receipt key vouches for any place from ${seq} on`;
    return { class: "content mismatch", seq, detail, ...neighbours };
  }
  const original = originalPlace(input, seq);
  if (original === seq + 1 && !isSwap(input, seq)) {
    const detail = `entry ${seq} was left out: what stands in its place is entry ${original}`;
    return { class: "missing leaf", seq, detail, ...neighbours };
  }
  if (original !== undefined) {
    return { class: "reorder", seq, detail: `in place ${seq} stands entry ${original}`, ...neighbours };
  }
  return {
    class: "content mismatch",
    seq,
    detail: `entry ${seq} is not the one that was exported`,
    ...neighbours,
  };
}

/** Two neighbours exchanged look like an omission from the first of them; the second tells them apart. */
function isSwap(input: PlaceInput, seq: number): boolean {
  const next = input.leaves[seq + 1];
  return [input.places.get(seq), input.places.get(seq + 1)].some((line) => isVouched(input, line, seq, next));
}
