import { equalConstantTime, fromBase64, fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { leafHash, verifyInclusion } from "@/lib/crypto/log/merkle";
import { inclusionRanges, type LeafRange } from "@/lib/crypto/log/merkle-ranges";
import { openNote, parseCheckpoint, splitNote, type VerifiedSignature } from "@/lib/crypto/log/signed-note";

const FORMAT_LINE = "c2sp.org/tlog-proof@v1";
const EXTRA = "extra ";
const INDEX = /^index (0|[1-9][0-9]{0,15})$/;
/** Maximum depth: that of a tree of 2^53 leaves. */
const MAX_HASHES = 63;

/** One neighbour on the way from a leaf to the root: its side, its hash, and the leaves that it covers. */
export interface ProofStep {
  readonly side: "left" | "right";
  readonly hash: Uint8Array;
  readonly leaves: LeafRange;
}

/** A parsed C2SP tlog-proof file, not verified yet. Steps go from the leaf to the root. */
export interface Proof {
  readonly index: number;
  readonly steps: readonly ProofStep[];
  readonly note: string;
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

function refuse(message: string): never {
  throw new FormatError("format.proof", message);
}

function hashOf(line: string): Uint8Array {
  const hash = fromBase64(line);
  return hash.length === 32 ? hash : refuse("a neighbour hash does not have 32 bytes");
}

/** Removes the line of extra data, which is not signed and not used (C2SP tlog-proof). */
function withoutExtra([format = "", second = "", ...rest]: readonly string[]): string[] {
  if (!second.startsWith(EXTRA)) return [format, second, ...rest];
  fromBase64(second.slice(EXTRA.length));
  return [format, ...rest];
}

/** Parses a tlog-proof strictly (C2SP tlog-proof). The number of hashes must fit the tree. */
export function parseProof(text: string): Proof {
  const at = text.indexOf("\n\n");
  const [format, indexLine = "", ...lines] = withoutExtra(text.slice(0, Math.max(at, 0)).split("\n"));
  const index = Number(INDEX.exec(indexLine)?.[1] ?? Number.NaN);
  if (format !== FORMAT_LINE || !Number.isSafeInteger(index)) refuse("not a tlog-proof");
  if (lines.length > MAX_HASHES) refuse("too many neighbour hashes");
  const note = text.slice(at + 2);
  const { origin, size, rootHash } = parseCheckpoint(splitNote(note).text);
  const ranges = inclusionRanges(index, size);
  if (ranges.length !== lines.length) refuse("the neighbour hashes do not fit the size of the tree");
  const steps = ranges.map((leaves, step) => ({
    side: leaves.start > index ? ("right" as const) : ("left" as const),
    hash: hashOf(lines[step] ?? ""),
    leaves,
  }));
  return { index, steps, note, origin, size, root: rootHash };
}

/** The result of a check: all valid, or the first fault. */
export type ProofCheck =
  | {
      readonly ok: true;
      readonly proof: Proof;
      readonly signature: VerifiedSignature;
      readonly cosignatures: readonly VerifiedSignature[];
    }
  | { readonly ok: false; readonly fault: ProofFault };

/** `form`: not a proof. The others name what does not fit together. */
export type ProofFault = "form" | "index" | "log" | "leaf" | "path" | "signature" | "unsigned";

/** An entry as it was shown, with the proof of its place and the keys to check it. */
export interface ProofCase {
  /** Canonical bytes of the entry. */
  readonly entry: Uint8Array;
  /** The leaf digest shown with it, base64url. */
  readonly leaf: string;
  readonly seq: number;
  readonly log: string;
  readonly proof: string;
  readonly logKeys: readonly string[];
  readonly witnessKeys: readonly string[];
}

function openSigned(input: ProofCase, note: string): ProofCheck | ReturnType<typeof openNote> {
  try {
    return openNote(note, [...input.logKeys, ...input.witnessKeys]);
  } catch (error) {
    if (error instanceof FormatError) return { ok: false, fault: "signature" };
    throw error;
  }
}

/**
 * Returns whether this entry is at this place under a checkpoint that one of the log's keys signed: leaf from the bytes,
 * root from leaf and neighbours, signature over the root. The caller decides whether to trust the keys.
 */
export function checkProof(input: ProofCase): ProofCheck {
  try {
    const proof = parseProof(input.proof);
    if (proof.index !== input.seq) return { ok: false, fault: "index" };
    if (proof.origin !== input.log) return { ok: false, fault: "log" };
    const leaf = leafHash(input.entry);
    if (!equalConstantTime(leaf, fromBase64url(input.leaf))) return { ok: false, fault: "leaf" };
    const { index, size, root } = proof;
    const hashes = proof.steps.map((step) => step.hash);
    if (!verifyInclusion({ leafHash: leaf, index, size, proof: hashes, root }))
      return { ok: false, fault: "path" };
    const opened = openSigned(input, proof.note);
    if ("ok" in opened) return opened;
    const signature = opened.verified.find(({ vkey }) => input.logKeys.includes(vkey));
    if (signature === undefined) return { ok: false, fault: "unsigned" };
    const cosignatures = opened.verified.filter(({ vkey }) => input.witnessKeys.includes(vkey));
    return { ok: true, proof, signature, cosignatures };
  } catch (error) {
    if (error instanceof FormatError) return { ok: false, fault: "form" };
    throw error;
  }
}
