import "server-only";
import type { Pool, PoolClient } from "pg";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { emptyRoot } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { type Checkpoint, parseCheckpointText } from "../entry/checkpoint";
import { CHAIN_START } from "../entry/entry";
import { extendTree } from "../sequencer/sequencer";
import { deleteQueued, ensureHead, inSequencerTransaction, type LogPlace } from "../sequencer/store";
import type { SignedTree } from "../signer/signed-mark";
import { RecoveryRefused } from "./recover-log";
import {
  closeHead,
  findOrigin,
  forgetRegistrations,
  lockSize,
  openDoor,
  readAnchored,
  readBytes,
  readNewestCheckpoint,
  renameLog,
  writePlain,
} from "./store";

export interface NewLog {
  /** Origin of the new log; must differ from all earlier ones. */
  readonly origin: string;
  /**
   * Newest checkpoint of the old log that a person kept: its whole signed note, or the head of a witness. A head has no
   * signature, so the database must have the checkpoint of it.
   */
  readonly checkpoint: string | SignedTree;
  /** Verifier key of the old log. It proves that the old log signed the checkpoint. */
  readonly oldVkey: string;
}

export interface Started {
  readonly entryId: string;
  readonly lost: { readonly from: number; readonly to: number };
  /** Entries under the database's newest checkpoint of the old log. */
  readonly anchored: number;
}

/**
 * Closes the old origin for ever and starts a new log, after the signer's store was lost too (audit.md "Recovery").
 * Entry 0 of the new log binds the old log's last known checkpoint and names the range that cannot be recovered.
 * Verifiers report this range as lost and never call the whole intact. The rest of the old log stays readable and
 * verifiable. It is one transaction that locks the old log's head, so no entry can be added in between.
 */
export async function startNewLog(owner: Pool, old: LogPlace, next: NewLog): Promise<Started> {
  if (next.origin === old.log) throw new RecoveryRefused("a new log has a name of its own");
  return inSequencerTransaction(owner, async (client) => {
    const head = await lockSize(client, old.log);
    if (head === undefined || head.closed) throw new RecoveryRefused("the database has no such open log");
    const { note, size, anchored } = await chooseCheckpoint(client, old, next);
    await openDoor(client, "recovery");
    await closeHead(client, old.log);
    const place = { log: next.origin, tenantId: old.tenantId };
    await ensureHead(client, place, CHAIN_START);
    await renameLog(client, place);
    await forgetRegistrations(client, old.tenantId);
    const lost = { from: Math.min(head.size, size), to: size };
    const recovery = { origin: old.log, checkpoint: note, lost };
    const entryId = await writePlain(client, {
      class: "log",
      action: "log.recovery",
      pub: canonicalJson({ recovery }),
      subjects: [`tenant:${old.tenantId}`],
    });
    // In the tree at once, so that it is the first entry of the new log.
    const first = { size: 0, root: emptyRoot(), chain: CHAIN_START, frontier: [] };
    await extendTree(client, place, first, [{ entry_id: entryId, bytes: await readBytes(client, entryId) }]);
    await deleteQueued(client, [entryId]);
    return { entryId, lost, anchored };
  });
}

type OldCheckpoint = Pick<NewLog, "checkpoint" | "oldVkey">;

interface Chosen {
  /** The signed note that entry 0 of the new log binds. */
  readonly note: string;
  readonly size: number;
  readonly anchored: number;
}

/** Returns the checkpoint that entry 0 of the new log binds. Throws RecoveryRefused, with the database's newest if it helps. */
async function chooseCheckpoint(client: PoolClient, old: LogPlace, kept: OldCheckpoint): Promise<Chosen> {
  const { checkpoint, oldVkey } = kept;
  const { size, root } = typeof checkpoint === "string" ? openOld(old, checkpoint, oldVkey) : checkpoint;
  const newest = await readNewestCheckpoint(client, old.log);
  const anchored = newest?.size ?? 0;
  const remedy =
    newest === undefined ? "" : `. Save this one in a file, and name the file:\n\n${newest.note}`;
  if (size < anchored)
    throw new RecoveryRefused(`the database has a newer checkpoint, of ${anchored} entries${remedy}`);
  if (typeof checkpoint === "string") return { note: checkpoint, size, anchored };
  if (newest === undefined || size > anchored)
    throw new RecoveryRefused(
      `the witness's head of ${size} entries has no signature, and the database has no checkpoint of it. Name the newest signed checkpoint that anyone kept. The database's newest is of ${anchored} entries${remedy}`,
    );
  if (!equalConstantTime(openOld(old, newest.note, oldVkey).root, root))
    throw new RecoveryRefused(
      `the witness cosigned another tree of ${size} entries: find out who changed the log`,
    );
  return { note: newest.note, size, anchored };
}

/** Checks what `startNewLog` would do with a checkpoint, and changes nothing. Throws RecoveryRefused. */
export async function checkOldCheckpoint(owner: Pool, old: LogPlace, kept: OldCheckpoint): Promise<void> {
  await inSequencerTransaction(owner, (client) => chooseCheckpoint(client, old, kept));
}

function openOld(old: LogPlace, checkpoint: string, oldVkey: string): Checkpoint {
  try {
    const { text, verified } = openNote(checkpoint, [oldVkey]);
    const opened = parseCheckpointText(text);
    if (verified.length > 0 && opened.origin === old.log) return opened;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  throw new RecoveryRefused("the checkpoint is not one that the old log signed");
}

/**
 * Returns the origin of the log that followed a closed one, or the log's own if it is not closed, and the number of
 * entries under the database's newest checkpoint of it.
 */
export function findFollower(
  owner: Pool,
  { log, tenantId }: LogPlace,
): Promise<{ readonly origin: string | undefined; readonly anchored: number }> {
  return inSequencerTransaction(owner, async (client) => ({
    origin: await findOrigin(client, tenantId),
    anchored: await readAnchored(client, log),
  }));
}
