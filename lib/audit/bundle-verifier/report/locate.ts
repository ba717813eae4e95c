import { FormatError } from "@/lib/crypto/format-error";
import { openNote } from "@/lib/crypto/log/signed-note";
import { placeText } from "../claims/bundle-format";
import type { PlaceWindow } from "./place-window";
import { around, type Finding } from "./report";

/** Maximum distance to search when an entry is not where it was exported. */
export const PLACE_RADIUS = 257;

/** What a bundle's place signatures are checked with. */
export interface PlaceInput {
  readonly log: string;
  readonly receiptKeys: readonly string[];
  /** First number in doubt and the one after the last. No trusted checkpoint covers them. */
  readonly from: number;
  readonly to: number;
  /** Whether every number must have a place line. A filtered export has lines for its entries only. */
  readonly complete: boolean;
  readonly window: PlaceWindow;
}

/** Returns whether a trusted receipt key signed that this leaf was at this number. */
function isVouched(
  input: PlaceInput,
  line: string | undefined,
  seq: number,
  leaf: Uint8Array | undefined,
): boolean {
  if (line === undefined || leaf === undefined || leaf.length !== 32) return false;
  try {
    const { verified } = openNote(`${placeText(input.log, seq, leaf)}\n${line}\n`, input.receiptKeys);
    return verified.length === 1;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/** Returns the number at which a leaf was signed, searched near its present number. */
function originalPlace(input: PlaceInput, at: number): number | undefined {
  const { leaves, places } = input.window;
  const leaf = leaves.get(at);
  for (let distance = 1; distance < PLACE_RADIUS; distance += 1) {
    for (const seq of [at + distance, at - distance]) {
      const lines = [places.get(at), places.get(seq)];
      if (seq >= 0 && lines.some((line) => isVouched(input, line, seq, leaf))) return seq;
    }
  }
  return undefined;
}

/**
 * Returns the first entry in doubt that is not where the exporter signed it, and what happened to it: moved, left out, or
 * changed. Undefined when every place in the range has a valid signature. One Ed25519 verification a number.
 */
export async function locate(input: PlaceInput): Promise<Finding | undefined> {
  const { window } = input;
  for (let seq = input.from; seq < input.to; seq += 1) {
    await window.moveTo(seq);
    const leaf = window.leaves.get(seq);
    if (leaf === undefined) return undefined;
    const line = window.places.get(seq);
    if (!input.complete && line === undefined) continue;
    if (isVouched(input, line, seq, leaf)) continue;
    if (seq === input.from && !isAnyVouched(input)) return noneVouched(seq);
    return { ...nameFault(input, seq), shownBy: "place" };
  }
  return undefined;
}

/** Returns whether one place near the start has a valid signature, unchanged or shifted by an omission. */
function isAnyVouched(input: PlaceInput): boolean {
  const { leaves, places } = input.window;
  for (let seq = input.from; seq < Math.min(input.to, input.from + PLACE_RADIUS - 1); seq += 1) {
    const leaf = leaves.get(seq);
    const lines = [places.get(seq), places.get(seq + 1)];
    if (lines.some((line) => isVouched(input, line, seq, leaf) || isVouched(input, line, seq + 1, leaf)))
      return true;
  }
  return false;
}

/** Then nothing is known about single entries, so the report does not blame this one. */
function noneVouched(seq: number): Finding {
  const detail = `no trusted receipt key signed the place of any entry from ${seq} on`;
  return { class: "content mismatch", detail, ...around(seq) };
}

function nameFault(input: PlaceInput, seq: number): Finding {
  const original = originalPlace(input, seq);
  if (original === seq + 1 && !isSwap(input, seq)) {
    const detail = `entry ${seq} was left out; in its place is entry ${original}`;
    return { class: "missing leaf", detail, ...around(seq) };
  }
  if (original !== undefined)
    return { class: "reorder", detail: `entry ${original} is in the place of entry ${seq}`, ...around(seq) };
  const detail = `entry ${seq} differs from the entry that was exported`;
  return { class: "content mismatch", detail, ...around(seq) };
}

/** Two exchanged neighbours look like an omission of the first. The second one shows the difference. */
function isSwap(input: PlaceInput, seq: number): boolean {
  const { leaves, places } = input.window;
  const next = leaves.get(seq + 1);
  return [places.get(seq), places.get(seq + 1)].some((line) => isVouched(input, line, seq, next));
}
