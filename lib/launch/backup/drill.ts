import "server-only";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Pool } from "pg";
import type { SignedTree } from "@/lib/audit/signer/signed-mark";
import type { BackupFolder } from "@/lib/backup/archive/backup-folder";
import { readIdentities } from "@/lib/backup/archive/sealed-file";
import { type DrillFacts, insertRun } from "@/lib/backup/record/store";
import { BackupRefused } from "@/lib/backup/refused";
import { checkPages } from "@/lib/backup/server/check-pages";
import { readLogPlace } from "@/lib/backup/server/copy-facts";
import { toBase64url } from "@/lib/crypto/bytes";
import type { LaunchEnv } from "@/lib/env";
import { OperatorError } from "@/lib/errors";
import { backupFolder, withDatabase, withOwner } from "@/lib/launch/backup/backup-place";
import {
  type DrilledLog,
  readCheckpointFile,
  readWitnessHead,
  recoverScratch,
  requireOutside,
  verifyRestored,
} from "@/lib/launch/backup/drill-checks";
import { type KeyBackup, restoreKeys } from "@/lib/launch/backup/key-backup";
import { openPortalKeys, openSample } from "@/lib/launch/backup/open-sample";
import { type Restored, restoreBackup } from "@/lib/launch/backup/restore-backup";
import { type InstanceFolders, prepareFolders, removeRunDir } from "@/lib/launch/folders";
import { readInstance } from "@/lib/launch/instance-file";
import { lockDataFolder, lockHolder } from "@/lib/launch/lock";

export interface DrillOrder {
  readonly identity: string;
  /** The digest that the backup must have. */
  readonly sha256: string | undefined;
  readonly keys: readonly KeyBackup[];
  /** File of a checkpoint that was kept outside; without it the own witness's last head is used. */
  readonly checkpoint: string | undefined;
  /** Folder of the signer's copy of the log; without it that of DATA_DIR, or of the backup of its keys. */
  readonly signer: string | undefined;
  readonly to: Date | undefined;
  readonly phase: Phase;
}

/** Runs a part of a drill and shows how long it took. */
export type Phase = <T>(what: string, run: () => Promise<T>) => Promise<T>;

const SCRATCH = "sealport-drill-";
const LOCK = ".drill.lock";
const MILLI = 1_000;

/** Removes what killed drills left. One that still runs holds its lock. */
async function sweep(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(SCRATCH) || !name.endsWith(LOCK)) continue;
    const lock = path.join(parent, name);
    if ((await lockHolder(lock)) !== undefined) continue;
    await rm(lock.slice(0, -LOCK.length), { recursive: true, force: true });
    await rm(lock, { force: true });
  }
}

/** Lends a new folder, which is removed with all that was restored into it. */
async function withScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const parent = os.tmpdir();
  await sweep(parent);
  const folder = path.join(parent, `${SCRATCH}${randomBytes(6).toString("hex")}`);
  const unlock = await lockDataFolder(`${folder}${LOCK}`);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    await unlock();
  }
}

const witnessPlace = ({ DATA_DIR }: LaunchEnv): string => path.join(DATA_DIR, "witness/witness");

const NO_CHECKPOINT =
  "No outside checkpoint: name the file of one with --checkpoint (docs/guides/backup.md#run-a-drill).";

/** Refuses before anything is restored, which can take long. */
function requireGiven(env: LaunchEnv, { keys, checkpoint }: DrillOrder): void {
  if (checkpoint === undefined && !existsSync(witnessPlace(env))) throw new BackupRefused(NO_CHECKPOINT);
  if (keys.length === 0)
    throw new BackupRefused(
      "A drill opens a sample transaction, and the backup of the database has no keys. Name a backup of the keys with --keys and --keys-identity.",
    );
}

async function outsideTree(env: LaunchEnv, order: DrillOrder, drilled: DrilledLog): Promise<SignedTree> {
  if (order.checkpoint !== undefined) return readCheckpointFile(order.checkpoint, drilled);
  const head = await readWitnessHead(witnessPlace(env), drilled.log);
  if (head === undefined) throw new BackupRefused(NO_CHECKPOINT);
  return head;
}

/** The signer's copy of the running instance is newer than that in a backup of its keys. */
function signerFolder(env: LaunchEnv, restored: InstanceFolders): string {
  const own = path.join(env.DATA_DIR, "signer");
  return existsSync(path.join(own, "log")) ? own : restored.privateDir("signer");
}

/** Everything that is tried on a restored database; only a whole success returns. */
async function check(env: LaunchEnv, order: DrillOrder, { server, manifest }: Restored, folder: string) {
  const url = server.urlOf(manifest.database);
  const { phase } = order;
  const client = await server.connect(manifest.database);
  const pages = await phase("Reading all pages", () => checkPages(client)).finally(() => client.end());
  await phase("Restoring the keys", () => restoreKeys(order.keys, folder));
  const folders = await prepareFolders(folder);
  try {
    const instance = await readInstance(folders.file("instance.json"));
    if (instance === undefined) throw new BackupRefused("The backup of the keys has no instance.json.");
    const here = { env, folders, instance, url };
    const logVkey = instance.vkeys["signer.log"] ?? "";
    const drilled = { url, log: instance.origin, tenantId: instance.tenant_id, logVkey };
    const outside = await outsideTree(env, order, drilled);
    const signerDir = order.signer ?? signerFolder(env, folders);
    const logSize = await phase("Verifying the log", () => verifyRestored(drilled));
    const recovered = await phase("Recovering the log from the signer's copy", async () =>
      recoverScratch(drilled, signerDir, await openPortalKeys(here)),
    );
    await phase("Comparing with the outside checkpoint", () => requireOutside(drilled, outside));
    const groups = await phase("Opening a sample transaction", () => openSample(here));
    return {
      pages,
      outside,
      opened: groups > 0,
      log_size: logSize,
      tenantId: instance.tenant_id,
      ...recovered,
    };
  } finally {
    await removeRunDir(folders);
  }
}

/** What a drill found, and whose keys and log it tried: of several tenants in the database, one. */
export interface Drilled {
  readonly facts: DrillFacts;
  /** Entries of the signer's copy. */
  readonly copied: number;
  readonly tenantId: string;
}

async function hold(
  env: LaunchEnv,
  order: DrillOrder,
  folder: BackupFolder,
  scratch: string,
): Promise<Drilled> {
  const identities = await readIdentities(order.identity);
  const began = Date.now();
  const { sha256, to } = order;
  const restored = await order.phase("Restoring the database and replaying WAL", () =>
    restoreBackup({ folder, identities, sha256, to, into: scratch, scratchFolder: scratch }),
  );
  try {
    const { outside, erasedAgain, tenantId, copied, ...found } = await check(env, order, restored, scratch);
    const lastAt = restored.lastCommitAt ?? new Date(restored.manifest.finished_at);
    const facts: DrillFacts = {
      ...found,
      backup: restored.manifest.id,
      checkpoint: outside.size,
      root: toBase64url(outside.root),
      erased_again: erasedAgain,
      rpo_s: Math.max(0, ((order.to?.getTime() ?? began) - lastAt.getTime()) / MILLI),
      rto_s: (Date.now() - began) / MILLI,
    };
    return { facts, copied, tenantId };
  } finally {
    await restored.server.stop();
  }
}

/** Writes the result to the running instance of the tenant that was drilled, whose portal records it in its log. */
async function report(
  env: LaunchEnv,
  startedAt: Date,
  drilled: string | undefined,
  result:
    | { readonly outcome: "done"; readonly facts: DrillFacts }
    | { readonly outcome: "failed"; readonly reason: string },
): Promise<void> {
  const insert = async (owner: Pool): Promise<void> => {
    const { tenantId } = await readLogPlace(owner, drilled);
    const facts = result.outcome === "done" ? result.facts : { reason: result.reason.slice(0, 500) };
    const { outcome } = result;
    await insertRun(owner, { tenantId, kind: "drill", startedAt, finishedAt: new Date(), outcome, facts });
  };
  await withDatabase(env, (database) => withOwner(database, insert));
}

/**
 * Restores the newest backup into a scratch server and tries all that a real loss would need: pages, the log's recovery
 * from the signer's copy with its erasures, the whole log against an outside checkpoint, and a sample record through the
 * custodian with the restored keys. The result is reported to the running instance. Throws OperatorError with the first
 * thing that failed. The scratch folder is removed, also by the server's guard if this process is killed.
 */
export async function drillBackup(env: LaunchEnv, order: DrillOrder): Promise<Drilled> {
  requireGiven(env, order);
  const folder = await backupFolder(env);
  const startedAt = new Date();
  try {
    const drilled = await withScratch((scratch) => hold(env, order, folder, scratch));
    await report(env, startedAt, drilled.tenantId, { outcome: "done", facts: drilled.facts });
    return drilled;
  } catch (error) {
    const reason = error instanceof OperatorError ? error.message : "a fault of the program";
    const own = await readInstance(path.join(env.DATA_DIR, "instance.json")).catch(() => undefined);
    await report(env, startedAt, own?.tenant_id, { outcome: "failed", reason }).catch(() => undefined);
    throw error;
  }
}
