import "server-only";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseCheckpointText } from "@/lib/audit/entry/checkpoint";
import { planRecovery, recoverLog } from "@/lib/audit/recovery/recover-log";
import { checkHead } from "@/lib/audit/self-check/check-head";
import { checkSigner } from "@/lib/audit/self-check/check-signer";
import { readLeafHashes, readStart } from "@/lib/audit/self-check/log-store";
import {
  beginWalk,
  concludeWalk,
  type LogUnderTest,
  readMarks,
  walkOn,
} from "@/lib/audit/self-check/verify-log";
import { openSignedCopy } from "@/lib/audit/signer/signed-copy";
import type { SignedTree } from "@/lib/audit/signer/signed-mark";
import { readHead, readHeadFile } from "@/lib/audit/witness/head-file";
import { witnessFolder } from "@/lib/audit/witness/open-witness";
import { BackupRefused } from "@/lib/backup/refused";
import { systemClock } from "@/lib/clock";
import { equalConstantTime } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { Frontier } from "@/lib/crypto/log/merkle";
import { openNote } from "@/lib/crypto/log/signed-note";
import { openDatabase } from "@/lib/db/client";
import { openOwnerPool } from "@/lib/db/migrate";
import { inRawSnapshot } from "@/lib/db/transaction";
import type { Keystore } from "@/lib/keystore/keystore";

/** The log of a restored database. */
export interface DrilledLog {
  readonly url: string;
  readonly log: string;
  readonly tenantId: string;
  readonly logVkey: string;
}

/**
 * Returns the tree of a checkpoint that was kept outside: a file as the log's API gives it, or a witness's `head.json`, which
 * has no signature and comes from the one who runs the witness. Throws BackupRefused.
 */
export async function readCheckpointFile(file: string, { log, logVkey }: DrilledLog): Promise<SignedTree> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new BackupRefused(`${file} cannot be read.`);
  });
  if (text.trimStart().startsWith("{")) return readHead(text, log);
  try {
    const { text: signed, verified } = openNote(`${text.replace(/[\r\n]+$/, "")}\n`, [logVkey]);
    const checkpoint = parseCheckpointText(signed);
    if (verified.length > 0 && checkpoint.origin === log) return checkpoint;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  throw new BackupRefused(
    `${file} is not a checkpoint of ${log} signed by its key, nor a witness's head.json.`,
  );
}

/** Returns the tree that the own witness cosigned last, from its folder. */
export async function readWitnessHead(dir: string, log: string): Promise<SignedTree | undefined> {
  return readHeadFile(await witnessFolder(dir, log), log);
}

/**
 * Recovers the restored log from the signer's copy, as after a real loss: signed entries come back, and keys that were
 * erased after the backup are destroyed again. The database is thrown away, so no one has to agree. An older copy brings
 * nothing back, but must be the beginning of the log. `signerDir` is the signer's folder, or one that `signer export` wrote.
 */
export async function recoverScratch(drilled: DrilledLog, signerDir: string, keystore: Keystore) {
  const { url, ...place } = drilled;
  const own = path.join(signerDir, "log");
  const copy = await openSignedCopy(existsSync(own) ? own : signerDir, place.log);
  if (copy === undefined)
    throw new BackupRefused(`${signerDir} has no copy of the log. Name the signer's folder with --signer.`);
  const owner = openOwnerPool(url);
  try {
    const { from, to } = await planRecovery(owner, place, copy);
    if (from === to) return { copied: copy.size, recovered: 0, erasedAgain: 0 };
    const agreed = { from, to, assurance: "evaluation", statements: [] } as const;
    const done = await recoverLog(owner, place, copy, agreed, keystore);
    return { copied: copy.size, recovered: to - from, erasedAgain: done.erasedAgain };
  } finally {
    await owner.end();
  }
}

const BATCH = 10_000;

/** Returns the root over the first `size` leaves of a restored log. */
async function rootAt(cx: LogUnderTest, size: number): Promise<Uint8Array> {
  const frontier = Frontier.empty();
  while (frontier.size < size) {
    const from = frontier.size;
    const leaves = await inRawSnapshot(cx, (tx) =>
      readLeafHashes(tx, cx.instance.log, from, Math.min(size, from + BATCH)),
    );
    if (leaves.length === 0) break;
    for (const { leaf_hash } of leaves) frontier.append(leaf_hash);
  }
  return frontier.root();
}

async function withLog<T>(drilled: DrilledLog, use: (cx: LogUnderTest) => Promise<T>): Promise<T> {
  const { log, tenantId, logVkey } = drilled;
  const db = openDatabase({ url: drilled.url, tenantId, applicationName: "sealport-drill", waitMs: 60_000 });
  const askSigner = async () => ({ is: "absent" }) as const;
  const instance = { log, tenantId };
  try {
    return await use({ db, instance, clock: systemClock, logVkey, certificates: [], askSigner });
  } finally {
    await db.close();
  }
}

/**
 * Verifies the whole log as it came back, before anything else changes it: every leaf, part, chain value, tile and
 * checkpoint is computed again. Returns its size. Throws BackupRefused with the first finding.
 */
export function verifyRestored(drilled: DrilledLog): Promise<number> {
  return withLog(drilled, async (cx) => {
    const walk = await beginWalk(cx);
    const marks = await readMarks(cx);
    while (await walkOn(cx, walk, marks));
    checkHead(walk);
    const signer = checkSigner(walk, await cx.askSigner(), drilled.log);
    const report = await concludeWalk(cx, walk, { signer, marks });
    const [first] = report.findings.filter((found) => found.is_unfinished !== true && found.class !== "lost");
    if (first !== undefined)
      throw new BackupRefused(`The restored log is wrong: ${first.class}, ${first.detail}.`);
    return walk.size;
  });
}

/**
 * Compares the log, which `verifyRestored` has found sound and the signer's copy has completed, with a checkpoint that was
 * kept outside: the root over its size must be the same. Throws BackupRefused.
 */
export function requireOutside(drilled: DrilledLog, outside: SignedTree): Promise<void> {
  return withLog(drilled, async (cx) => {
    const { head } = await inRawSnapshot(cx, (tx) => readStart(tx, drilled.log));
    const size = head?.size ?? 0;
    if (outside.size > size)
      throw new BackupRefused(
        `The outside checkpoint covers ${outside.size} entries, the restored log has ${size}. Give a checkpoint from before the copies with --checkpoint, or a newer signer's copy with --signer.`,
      );
    if (equalConstantTime(await rootAt(cx, outside.size), outside.root)) return;
    throw new BackupRefused(
      `The restored log is not the one of the outside checkpoint over ${outside.size} entries.`,
    );
  });
}
