import "server-only";
import type { Clock } from "@/lib/clock";
import { equalConstantTime, fromBase64, fromUtf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { verifyConsistency } from "@/lib/crypto/merkle";
import { openNote } from "@/lib/crypto/signed-note";
import type { ServiceAnswer } from "@/lib/ipc/server";
import { type Checkpoint, parseCheckpointText } from "../checkpoint";
import { cosignLine, type NoteSigner } from "../note-line";
import type { HeadFile, WitnessHead } from "./head-file";

const OLD_LINE = /^old (0|[1-9][0-9]{0,15})$/;
const MAX_PROOF = 63;

export interface Witness {
  readonly log: string;
  readonly logVkey: string;
  readonly head: HeadFile;
  readonly signer: NoteSigner;
  readonly clock: Clock;
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
  const old = OLD_LINE.exec(first ?? "");
  if (at < 0 || old === null || hashes.length > MAX_PROOF)
    throw new FormatError("format.note", "not an add-checkpoint body");
  const proof = hashes.map((line) => fromBase64(line));
  if (proof.some((hash) => hash.length !== 32))
    throw new FormatError("format.note", "a proof hash has 32 bytes");
  return { oldSize: Number(old[1]), proof, note: text.slice(at + 2) };
}

/**
 * C2SP tlog-witness add-checkpoint. The head moves to disk before the cosignature leaves, so that this witness
 * never cosigns two trees that do not extend each other. Calls must not overlap.
 */
export async function addCheckpoint(witness: Witness, body: Uint8Array): Promise<ServiceAnswer> {
  try {
    const asked = parseRequest(body);
    const { text } = openNote(asked.note, []);
    const checkpoint = parseCheckpointText(text);
    if (checkpoint.origin !== witness.log) return { status: 404 };
    if (!isSigned(witness.logVkey, asked.note)) return { status: 403 };
    if (asked.oldSize > checkpoint.size) return { status: 400 };
    return refusal(witness.head.head, asked, checkpoint) ?? (await cosign(witness, checkpoint, text));
  } catch (error) {
    if (error instanceof FormatError) return { status: 400 };
    throw error;
  }
}

function isSigned(logVkey: string, note: string): boolean {
  try {
    return openNote(note, [logVkey]).verified.length === 1;
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
  const known = head?.size ?? 0;
  const conflict = { status: 409, headers: { "content-type": "text/x.tlog.size" }, body: `${known}\n` };
  if (asked.oldSize !== known) return conflict;
  if (head === undefined) return asked.proof.length === 0 ? undefined : { status: 422 };
  if (checkpoint.size === head.size && !equalConstantTime(checkpoint.root, head.root)) return conflict;
  const isConsistent = verifyConsistency({
    oldSize: head.size,
    newSize: checkpoint.size,
    oldRoot: head.root,
    newRoot: checkpoint.root,
    proof: asked.proof,
  });
  return isConsistent ? undefined : { status: 422 };
}

async function cosign(witness: Witness, checkpoint: Checkpoint, text: string): Promise<ServiceAnswer> {
  if (checkpoint.size > 0) await witness.head.move({ size: checkpoint.size, root: checkpoint.root });
  const seconds = Math.floor(witness.clock.nowMs() / 1000);
  const line = await cosignLine(witness.signer, text, seconds);
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, body: `${line}\n` };
}
