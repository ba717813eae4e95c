import "server-only";
import type { Pool } from "pg";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import { storedNodes } from "@/lib/audit/sequencer/store";
import type { Context } from "@/lib/context/context";
import { toBase64 } from "@/lib/crypto/bytes";
import { inclusionProofFrom, type ReadNode } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { type DbContext, inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { ofLog } from "../of-log";
import { type CheckpointRow, findNewestCheckpoint, findSeq, readNewestCheckpoint } from "../store";

const FORMAT_LINE = "c2sp.org/tlog-proof@v1";

/** Nodes of a database's logs that this process has computed: 0.2 KB each. Proofs share those near the root. */
const known = new WeakMap<Pool, Map<string, Uint8Array>>();
const MOST_KNOWN = 4_000;

/**
 * Reads nodes as `storedNodes` does, and computes each from its tile once: a complete subtree of a log never changes.
 * The least recently used go first.
 */
function knownNodes(pool: Pool, log: string): ReadNode {
  const stored = storedNodes(pool, log);
  const nodes = known.get(pool) ?? new Map<string, Uint8Array>();
  known.set(pool, nodes);
  return async (level, index) => {
    const key = `${log}/${level}/${index}`;
    // A copy, because a leaf's hash is a view of its whole tile.
    const node = nodes.get(key) ?? Uint8Array.from(await stored(level, index));
    nodes.delete(key);
    nodes.set(key, node);
    const [oldest] = nodes.keys();
    if (nodes.size > MOST_KNOWN && oldest !== undefined) nodes.delete(oldest);
    return node;
  };
}

type LogContext = DbContext & Pick<Context, "instance">;

async function proofText(cx: LogContext, checkpoint: CheckpointRow, seq: number): Promise<string> {
  const { size } = parseCheckpointText(openNote(checkpoint.note, []).text);
  const proof = await inclusionProofFrom(knownNodes(cx.db.pool, cx.instance.log), seq, size);
  const lines = [FORMAT_LINE, `index ${seq}`, ...proof.map(toBase64)];
  return `${lines.join("\n")}\n\n${checkpoint.note}`;
}

/**
 * Returns the proof for an entry by its id, once a checkpoint covers it; for answers that include it with the entry.
 */
export async function findProof(cx: LogContext, entryId: string): Promise<string | undefined> {
  const { log } = cx.instance;
  const found = await inSnapshot(cx, async (tx) => ({
    seq: await findSeq(tx, log, entryId),
    checkpoint: await findNewestCheckpoint(tx, log),
  }));
  const { seq, checkpoint } = found;
  if (seq === undefined || checkpoint === undefined || seq >= checkpoint.size) return undefined;
  return proofText(cx, checkpoint, seq);
}

/**
 * Returns the inclusion proof of one leaf in the newest checkpoint, as a C2SP tlog-proof file. It shows hashes only.
 */
export async function getProof(cx: Context, seq: number, log?: string): Promise<string> {
  const from = ofLog(cx, log);
  const checkpoint = await readNewestCheckpoint(cx.db.pool, from.instance.log);
  if (checkpoint === undefined || seq >= checkpoint.size) {
    throw new DomainError(checkpoint === undefined ? "audit.not-integrated" : "audit.not-found");
  }
  await recordReadOnce(cx, "audit.proof");
  return proofText(from, checkpoint, seq);
}
