import "server-only";
import type { Pool } from "pg";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { consistencyProofFrom } from "@/lib/crypto/log/merkle";
import { parseLine } from "@/lib/crypto/log/note-format";
import { openNote, splitNote } from "@/lib/crypto/log/signed-note";
import { type WitnessAddress, witnessName } from "@/lib/env/anchors";
import { callService, type ServiceReply } from "@/lib/ipc/client";
import { WITNESS_PATHS } from "@/lib/ipc/part-paths";
import type { Cosigned, SignedCheckpoint } from "./checkpoint-store";
import { storedNodes } from "./store";

const TIMEOUT_MS = 5_000;
/** A few signature lines; post-quantum ones are 4 kB. */
const MAX_REPLY_BYTES = 65_536;
const SIZE_BODY = /^(0|[1-9][0-9]{0,15})\n$/;

/** Other workers may ask between a witness's answer and the next request. */
const MOST_ASKS = 4;

/**
 * The witness answered without a valid cosignature. `known` is the tree size in its answer, if it gives one, and `asked` the
 * one that it was last asked with.
 */
export class WitnessRefusal extends Error {
  override readonly name = "WitnessRefusal";
  constructor(
    readonly status: number,
    readonly asked: number,
    readonly known?: number,
  ) {
    super(`the witness did not cosign: ${status}`);
  }
}

/** The database of the log, as far as a witness request needs it. */
export interface ProofSource {
  readonly pool: Pool;
  readonly log: string;
}

/**
 * Asks one witness for its cosignature (C2SP tlog-witness add-checkpoint). `guess` is the expected size of the
 * witness's last tree. If the witness answers 409 with another size, it is asked again with that size, a few times: another
 * worker may be ahead. Throws WitnessRefusal, or ServiceUnavailable when it does not answer.
 */
export async function askWitness(
  source: ProofSource,
  witness: WitnessAddress,
  checkpoint: SignedCheckpoint,
  guess: number,
): Promise<Cosigned> {
  let asked = Math.min(guess, checkpoint.size);
  for (let asks = 1; ; asks += 1) {
    const reply = await addCheckpoint(source, witness, checkpoint, asked);
    const line = reply.status === 200 ? findLine(witness.vkey, checkpoint.note, reply.body) : undefined;
    if (line !== undefined) return cosigned(witness, line);
    const known = reply.status === 409 ? sizeIn(reply) : undefined;
    const isElsewhere = known !== undefined && known !== asked && known <= checkpoint.size;
    if (!isElsewhere || asks === MOST_ASKS) throw new WitnessRefusal(reply.status, asked, known);
    asked = known;
  }
}

function sizeIn(reply: ServiceReply): number | undefined {
  const size = Number(SIZE_BODY.exec(reply.body.toString("latin1"))?.[1] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}

async function addCheckpoint(
  { pool, log }: ProofSource,
  { url }: WitnessAddress,
  { size, note }: SignedCheckpoint,
  oldSize: number,
): Promise<ServiceReply> {
  const isProofEmpty = oldSize === 0 || oldSize === size;
  const proof = isProofEmpty ? [] : await consistencyProofFrom(storedNodes(pool, log), oldSize, size);
  const body = utf8(`old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join("")}\n${note}`);
  return callService(url, {
    method: "POST",
    path: WITNESS_PATHS.addCheckpoint,
    body,
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_REPLY_BYTES,
  });
}

interface FoundLine {
  readonly line: string;
  readonly timestamp: number;
}

function cosigned({ vkey, kind }: WitnessAddress, { line, timestamp }: FoundLine): Cosigned {
  return { line, mark: { name: witnessName(vkey), kind, timestamp } };
}

/** Returns the valid line of this witness's key for our text. Lines of other keys are ignored. */
function findLine(vkey: string, note: string, body: Buffer): FoundLine | undefined {
  const { text } = splitNote(note);
  try {
    const answered = `${text}\n${new TextDecoder("utf-8", { fatal: true }).decode(body)}`;
    const opened = openNote(answered, [vkey]);
    const timestamp = opened.verified[0]?.timestamp;
    // An empty line in the answer would move the end of the text.
    if (opened.text !== text || timestamp === undefined) return undefined;
    const line = splitNote(answered).lines.find((one) => isVerified(vkey, text, one));
    return line === undefined ? undefined : { line, timestamp };
  } catch (error) {
    if (error instanceof FormatError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function isVerified(vkey: string, text: string, line: string): boolean {
  return (
    parseLine(line).name === witnessName(vkey) && openNote(`${text}\n${line}\n`, [vkey]).verified.length === 1
  );
}
