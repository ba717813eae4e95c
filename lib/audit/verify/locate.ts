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
  readonly from: number;
  readonly to: number;
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
  const end = Math.max(input.to, input.leaves.length);
  let vouched = 0;
  for (let seq = input.from; seq < Math.min(input.to, input.leaves.length); seq += 1) {
    if (isVouched(input, input.places.get(seq), seq, input.leaves[seq])) {
      vouched += 1;
      continue;
    }
    return describe(input, seq, vouched === 0 && !isAnyVouched(input, seq, end));
  }
  return undefined;
}

function isAnyVouched(input: PlaceInput, from: number, to: number): boolean {
  for (let seq = from; seq < Math.min(to, from + WINDOW); seq += 1) {
    const near = [input.places.get(seq), input.places.get(seq + 1)];
    if (isVouched(input, near[0], seq, input.leaves[seq])) return true;
    if (near.some((line) => isVouched(input, line, seq + 1, input.leaves[seq]))) return true;
  }
  return false;
}

function describe(input: PlaceInput, seq: number, isNoneVouched: boolean): Finding {
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
