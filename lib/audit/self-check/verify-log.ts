import "server-only";

// self-check/ is the server's own verification of its database. verify-log.ts walks the leaves in batches, check-*.ts
// are the checks, and run-verifications.ts runs them in the worker. A portal checks index rows against sealed parts,
// because the worker has no key. Always true: the result is sound only if the signer's own copy agrees.

import type { InstanceFacts } from "@/lib/context/context";
import { FormatError } from "@/lib/crypto/format-error";
import { parseMicros } from "@/lib/crypto/instant";
import { type DbContext, inRawSnapshot, type RawTx } from "@/lib/db/transaction";
import { around, firstBad } from "../bundle-verifier/report/report";
import { readOpenQuarantine } from "../reading/quarantine-store";
import type { SignerWord } from "./ask-signer";
import { checkLeaves, type LeafSources, passGap } from "./check-leaves";
import { checkStamps } from "./check-stamps";
import { checkUpperTiles } from "./check-tiles";
import {
  findOrphan,
  findStray,
  readPartDigests,
  readQueueAge,
  readStart,
  readStoredCheckpoints,
  readStoredLeaves,
  readStoredTiles,
} from "./log-store";
import { Walk } from "./progress";
import { judgePrunings } from "./prunings";
import { readLost } from "./recoveries";
import type { VerificationFinding, VerificationReport } from "./schema";

/** A multiple of a tile's width, so that each tile is read once. */
const BATCH = 1_024;
const TILE_WIDTH = 256;
const MERGE_DELAY_MICROS = 60_000_000n;

/** What a verification of the database's own log needs. */
export interface LogUnderTest extends DbContext {
  readonly instance: Pick<InstanceFacts, "log" | "tenantId">;
  readonly clock: { nowMicros(): bigint };
  readonly logVkey: string;
  /** PEM certificates of time-stamp authorities. Without any, stamps are only counted. */
  readonly certificates: readonly string[];
  /** Asks for the signer's own root, at the end. */
  readonly askSigner: () => Promise<SignerWord>;
}

/** Begins a verification of everything that has a leaf now. */
export async function beginWalk(cx: LogUnderTest): Promise<Walk> {
  return inRawSnapshot(cx, async (tx) => {
    const { head, largest, newest } = await readStart(tx, cx.instance.log);
    const leaves = largest === null ? 0 : largest + 1;
    const walk = new Walk(Math.max(leaves, head?.size ?? 0, newest ?? 0), head);
    if (head === undefined && walk.size > 0) {
      walk.add({ class: "truncation", detail: `the log has ${leaves} leaves, but no head` });
    } else if (head !== undefined && head.size !== leaves) {
      const detail = `the head says ${head.size} leaves, but the last leaf has the number ${leaves - 1}`;
      walk.add({ class: "truncation", detail, ...around(Math.min(head.size, leaves)) });
    }
    return walk;
  });
}

/** Checks the next batch; false when there is none. It has at most one batch of rows in memory. */
export function walkOn(cx: LogUnderTest, walk: Walk, marks: Marks): Promise<boolean> {
  const { log } = cx.instance;
  if (walk.next >= walk.size) return Promise.resolve(false);
  return inRawSnapshot(cx, async (tx) => {
    const from = walk.next;
    const to = Math.min(walk.size, from - (from % BATCH) + BATCH);
    const rows = await readStoredLeaves(tx, log, { from, to, limit: BATCH });
    const tiles = { from: Math.floor(from / TILE_WIDTH), to: Math.ceil(to / TILE_WIDTH) };
    const sources: LeafSources = {
      log,
      logVkey: cx.logVkey,
      ...marks,
      parts: await readPartDigests(
        tx,
        rows.map((row) => row.entry_id),
      ),
      checkpoints: await readStoredCheckpoints(tx, log, from, to),
      tiles: await readStoredTiles(tx, log, 0, tiles),
    };
    checkLeaves(walk, rows, sources);
    await checkStamps(walk, sources.checkpoints, cx);
    if (rows.length === 0 && to - from === BATCH && to < walk.size) return endAtGap(walk);
    if (walk.next < to) passGap(walk, to);
    return true;
  });
}

/**
 * Ends a walk if a whole batch of leaves is missing. A head, a leaf or a checkpoint may contain any number, and a
 * walk up to it would never end, even over several workers.
 */
function endAtGap(walk: Walk): false {
  const { next, size } = walk;
  const detail = `leaves ${next} to ${next + BATCH - 1} are missing; others up to ${size - 1} are missing too or were not checked`;
  walk.add({ class: "missing leaf", detail, ...around(next) });
  walk.failed ??= next;
  walk.chain = new Uint8Array(0);
  walk.size = next;
  return false;
}

/** What entries of the tree state about pruned bytes and lost parts. */
export interface Marks extends Pick<LeafSources, "minimum" | "lost"> {
  /** Prunings that are rejected. */
  readonly unsound: readonly VerificationFinding[];
}

/**
 * Returns how far the accepted prunings in the tree reach, and the entries that recoveries in the tree name as lost.
 * The tree is that of the head, and the walk covers it to its end. A larger number is in no tree.
 */
export function readMarks(cx: Pick<LogUnderTest, "db" | "instance">): Promise<Marks> {
  const { log } = cx.instance;
  return inRawSnapshot(cx, async (tx) => {
    const { head, newest } = await readStart(tx, log);
    const size = head?.size ?? newest ?? 0;
    const { minimum, findings } = await judgePrunings(tx, log, size);
    return { minimum, lost: await readLost(tx, log, size), unsound: findings };
  });
}

/**
 * Runs every check that needs the whole log, and returns the report. `signer` is the result of the comparison with
 * the signer (check-signer.ts); without it the log is not called sound.
 */
export async function concludeWalk(
  cx: LogUnderTest,
  walk: Walk,
  { signer, marks }: { readonly signer: VerificationReport["signer"]; readonly marks: Marks },
): Promise<VerificationReport> {
  const { log } = cx.instance;
  for (const finding of marks.unsound) walk.add(finding);
  const queue = await inRawSnapshot(cx, async (tx) => {
    await checkUpperTiles(tx, log, walk);
    await checkStray(tx, cx, walk);
    return readQueueAge(tx, log);
  });
  checkQueue(cx, walk, queue);
  return {
    verdict: walk.findings.length > 0 ? "wrong" : signer === "agrees" ? "sound" : "incomplete",
    signer,
    entries: walk.size,
    size: walk.proven,
    checkpoints: walk.checkpoints,
    pruned: walk.pruned,
    indexed: 0,
    time_stamps: walk.stamped,
    queue,
    findings: walk.findings,
    more: walk.more,
    first_bad: firstBad(walk.findings) ?? null,
  };
}

/** Reports rows outside the tree that should not exist; a dismissed quarantined entry is not a finding. */
async function checkStray(tx: RawTx, cx: LogUnderTest, walk: Walk): Promise<void> {
  const { log, tenantId } = cx.instance;
  const stray = await findStray(tx, log);
  if (stray !== undefined)
    walk.add({ class: "missing leaf", detail: `entry ${stray} has no leaf and is not waiting for one` });
  const open = await readOpenQuarantine(tx, tenantId);
  if (open !== undefined)
    walk.add({
      class: "missing leaf",
      detail: `${open.count} entries are in quarantine, the first ${open.id}: ${open.reason}`,
    });
  const orphan = await findOrphan(tx, tenantId);
  if (orphan !== undefined)
    walk.add({ class: "index", detail: `an index row names entry ${orphan}, which does not exist` });
}

function ageOf(cx: LogUnderTest, at: string): bigint {
  try {
    return cx.clock.nowMicros() - parseMicros(at);
  } catch (error) {
    if (error instanceof FormatError) return 0n;
    throw error;
  }
}

function checkQueue(cx: LogUnderTest, walk: Walk, queue: VerificationReport["queue"]): void {
  const age = queue.oldest_at === null ? 0n : ageOf(cx, queue.oldest_at);
  if (age <= MERGE_DELAY_MICROS) return;
  const detail = `${queue.count} entries wait for their leaf, the oldest for ${age / 1_000_000n} s`;
  walk.add({ class: "unanchored tail", detail, is_unfinished: true });
}
