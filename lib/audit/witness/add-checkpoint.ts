import "server-only";

// witness/ cosigns checkpoints by C2SP tlog-witness. add-checkpoint.ts decides, head-file.ts keeps the last tree of
// each log, serve-witness.ts is the HTTP interface. Always true: the head is on disk before its cosignature leaves, so
// a witness never cosigns two trees that do not extend each other.

import type { Clock } from "@/lib/clock";
import { equalConstantTime, fromBase64, fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { emptyRoot, verifyConsistency } from "@/lib/crypto/log/merkle";
import { type Checkpoint, openNote, parseCheckpoint, splitNote } from "@/lib/crypto/log/signed-note";
import type { ServiceAnswer } from "@/lib/ipc/server";
import { cosignLine, type NoteSigner } from "../entry/note-line";
import type { HeadFile, WitnessHead } from "./head-file";

const OLD_LINE = /^old (0|[1-9][0-9]{0,15})$/;
const MAX_PROOF = 63;

/** One log as a witness knows it: its origin, the keys that may sign it, and the last cosigned tree. */
export interface WitnessedLog {
  readonly origin: string;
  readonly vkeys: readonly string[];
  readonly head: HeadFile;
}

export interface Witness {
  readonly logs: readonly WitnessedLog[];
  readonly signer: NoteSigner;
  readonly clock: Clock;
}

/** The witness's clock shows a time before its last cosignature. A cosignature now would be a false statement. */
export class WitnessClockBack extends Error {
  override readonly name = "WitnessClockBack";
}

interface AddCheckpoint {
  readonly oldSize: number;
  readonly proof: readonly Uint8Array[];
  readonly note: string;
}

/** Parses the body of C2SP tlog-witness: `old <size>`, up to 63 hashes, an empty line, the signed note. */
function parseRequest(body: Uint8Array): AddCheckpoint {
  const text = fromUtf8(body);
  const at = text.indexOf("\n\n");
  const [first, ...hashes] = text.slice(0, Math.max(at, 0)).split("\n");
  const old = Number(OLD_LINE.exec(first ?? "")?.[1] ?? Number.NaN);
  if (!Number.isSafeInteger(old) || hashes.length > MAX_PROOF)
    throw new FormatError("format.note", "not an add-checkpoint body");
  const proof = hashes.map((line) => fromBase64(line));
  if (proof.some((hash) => hash.length !== 32))
    throw new FormatError("format.note", "a proof hash has 32 bytes");
  return { oldSize: old, proof, note: text.slice(at + 2) };
}

/**
 * Answers C2SP tlog-witness add-checkpoint. 400: malformed, or the size goes back. 403: unsigned. 404: unknown
 * origin. 409 with the size of its last tree: the old size or the tree differs. 422: invalid proof. 200: the
 * cosignature. The head is durable on disk before the cosignature is returned. So this witness never cosigns two
 * trees that do not extend each other, also after a restart. Calls must not overlap. Throws WitnessClockBack.
 */
export async function addCheckpoint(witness: Witness, body: Uint8Array): Promise<ServiceAnswer> {
  try {
    const asked = parseRequest(body);
    const { text } = splitNote(asked.note);
    const checkpoint = parseCheckpoint(text);
    const log = witness.logs.find(({ origin }) => origin === checkpoint.origin);
    if (log === undefined) return { status: 404 };
    if (!isSigned(log.vkeys, asked.note)) return { status: 403 };
    if (asked.oldSize > checkpoint.size) return { status: 400 };
    return refusal(log.head.head, asked, checkpoint) ?? (await cosign(witness, log.head, checkpoint, text));
  } catch (error) {
    if (error instanceof FormatError) return { status: 400 };
    throw error;
  }
}

/**
 * Checks the note's signatures. Ignores lines of unknown keys and refuses malformed lines (400). An invalid line of a
 * trusted key does not count as a signature.
 */
function isSigned(vkeys: readonly string[], note: string): boolean {
  openNote(note, []);
  try {
    return openNote(note, vkeys).verified.length > 0;
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

function refusal(
  head: WitnessHead | undefined,
  asked: AddCheckpoint,
  checkpoint: Checkpoint,
): ServiceAnswer | undefined {
  const { size: known, root } = head ?? { size: 0, root: emptyRoot() };
  const conflict = { status: 409, headers: { "content-type": "text/x.tlog.size" }, body: `${known}\n` };
  if (asked.oldSize !== known) return conflict;
  if (checkpoint.size === known)
    return equalConstantTime(checkpoint.rootHash, root) ? proofMustBeEmpty(asked) : conflict;
  if (known === 0) return proofMustBeEmpty(asked);
  const isConsistent = verifyConsistency({
    oldSize: known,
    newSize: checkpoint.size,
    oldRoot: root,
    newRoot: checkpoint.rootHash,
    proof: asked.proof,
  });
  return isConsistent ? undefined : { status: 422 };
}

function proofMustBeEmpty({ proof }: AddCheckpoint): ServiceAnswer | undefined {
  return proof.length === 0 ? undefined : { status: 422 };
}

async function cosign(
  witness: Witness,
  head: HeadFile,
  checkpoint: Checkpoint,
  text: string,
): Promise<ServiceAnswer> {
  const seconds = Math.floor(witness.clock.nowMs() / 1000);
  if (seconds < (head.head?.cosignedAt ?? 0)) throw new WitnessClockBack("the clock went back");
  await head.move({ size: checkpoint.size, root: checkpoint.rootHash, cosignedAt: seconds });
  const line = await cosignLine(witness.signer, text, seconds);
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${line}\n` };
}
