import "server-only";
import path from "node:path";
import { parseArgs } from "node:util";
import { listBackups, type Manifest, openBackupFolder } from "@/lib/backup/archive/backup-folder";
import { readIdentities } from "@/lib/backup/archive/sealed-file";
import { storeWal } from "@/lib/backup/archive/wal-archive";
import { BackupRefused } from "@/lib/backup/refused";
import { fromBase64url, toBase64 } from "@/lib/crypto/bytes";
import { type LaunchEnv, launchEnv } from "@/lib/env";
import { backupFolder, recipientsOf } from "@/lib/launch/backup/backup-place";
import { createBackup } from "@/lib/launch/backup/create-backup";
import { drillBackup } from "@/lib/launch/backup/drill";
import { backUpKeys, type KeyBackup, restoreKeys } from "@/lib/launch/backup/key-backup";
import { planLines } from "@/lib/launch/backup/plan";
import { restoreBackup } from "@/lib/launch/backup/restore-backup";
import { explainFailure } from "@/lib/launch/failure";
import { readInstance } from "@/lib/launch/instance-file";

const USAGE = `usage: npm run op -- backup create [--identity FILE]    back up the database to BACKUP_DIR and read it back
       npm run op -- backup keys [--of PART]               back up keys, signer's copy and custodian's journals, for KEY_BACKUP_RECIPIENTS
       npm run op -- backup wal FILE                       store one segment: archive_command of your own server
       npm run op -- backup list                           the backups in BACKUP_DIR
       npm run op -- backup restore --to TIME|latest --into DIR --identity FILE [--sha256 DIGEST] [--keys FILE --keys-identity FILE …]
       npm run op -- backup drill --identity FILE --keys FILE --keys-identity FILE [--checkpoint FILE] [--signer DIR] [--to TIME] [--sha256 DIGEST]
       npm run op -- backup plan                           what to copy of each part, and what never to restore
`;

const TEXT = { type: "string" } as const;
const MANY = { type: "string", multiple: true, default: [] as string[] } as const;
const OPTIONS = {
  identity: TEXT,
  of: TEXT,
  to: TEXT,
  into: TEXT,
  from: TEXT,
  checkpoint: TEXT,
  signer: TEXT,
  sha256: TEXT,
  keys: MANY,
  "keys-identity": MANY,
} as const;

type Values = ReturnType<typeof parse>["values"];
const parse = (args: readonly string[]) =>
  parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Bad arguments: the usage is printed. */
class Usage extends Error {}

function needed(value: string | undefined): string {
  if (value === undefined) throw new Usage();
  return value;
}

/** A moment in the form of RFC 3339; undefined for `latest`. */
function momentOf(text: string): Date | undefined {
  if (text === "latest") return undefined;
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)
    ? new Date(text)
    : undefined;
  if (at === undefined || Number.isNaN(at.getTime()))
    throw new BackupRefused(
      `--to is latest, or a time with its zone such as 2026-11-29T19:30:00Z, not ${text}.`,
    );
  return at;
}

/** Each backup of keys with its identity; one identity may serve all. */
function keyBackups({ keys, "keys-identity": identities }: Values): KeyBackup[] {
  if (keys.length > 0 && identities.length !== 1 && identities.length !== keys.length) throw new Usage();
  return keys.map((file, at) => ({ file, identity: needed(identities[at] ?? identities[0]) }));
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

async function create(env: LaunchEnv, { identity }: Values): Promise<void> {
  const { manifest, removed, warnings } = await createBackup(env, { identity });
  const { id, file, log_size, verified, wal } = manifest;
  say(
    `Backup ${id}: ${megabytes(file.bytes)} of ${megabytes(file.plain_bytes)}, WAL to ${wal.end}, log of ${log_size} entries.`,
  );
  say(`SHA-256 ${file.sha256}`);
  say(
    verified === "opened"
      ? "Verified: read back and decrypted to its end."
      : "Verified: read back, digest only. With --identity FILE it is decrypted too.",
  );
  for (const warning of warnings) say(`Warning: ${warning}`);
  for (const old of removed) say(`Removed ${old}: newer backups cover its day and week.`);
}

async function list(env: LaunchEnv): Promise<void> {
  const backups = await listBackups(await backupFolder(env));
  for (const { id, finished_at, file, log_size, verified } of backups)
    say(`${id}  ${finished_at}  ${megabytes(file.bytes)}  log ${log_size}  ${verified}`);
  if (backups.length === 0) say("No backup.");
}

async function restore(env: LaunchEnv, values: Values): Promise<void> {
  const into = needed(values.into);
  const folder = values.from === undefined ? await backupFolder(env) : await openBackupFolder(values.from);
  const identities = await readIdentities(needed(values.identity));
  const keys = keyBackups(values);
  const { sha256 } = values;
  const order = { folder, identities, to: momentOf(needed(values.to)), into, sha256 };
  const { manifest, server, logSize, checkpoint, lastCommitAt } = await restoreBackup(order);
  await server.stop();
  await restoreKeys(keys, into);
  await sayOtherKeys(into, manifest);
  say(`Restored backup ${manifest.id} into ${into}.`);
  say(
    sha256 === undefined
      ? `SHA-256 ${manifest.file.sha256}: compare it with the entry of this backup in the log, or with what create printed.`
      : `SHA-256 ${sha256}, as you named it.`,
  );
  say(`Last transaction: ${(lastCommitAt ?? new Date(manifest.finished_at)).toISOString()}.`);
  say(`Log: ${logSize} entries, newest checkpoint over ${checkpoint?.size ?? 0}.`);
  if (checkpoint !== undefined && checkpoint !== null)
    say(`Root of this checkpoint: ${toBase64(fromBase64url(checkpoint.root))}`);
  sayNext(manifest, into, keys.length > 0);
}

function sayNext({ method }: Manifest, into: string, hasKeys: boolean): void {
  if (!hasKeys) say("No keys were restored: nothing sealed can be opened until they are (--keys).");
  if (method === "pg_basebackup")
    say(
      `${path.join(into, "postgres/data")} is a cluster of your PostgreSQL. Start it as its user. With parts apart give each its keys, then recover the log (docs/runbooks/restore.md).`,
    );
  const first = method === "pg_basebackup" ? "Next with npm start" : "Next";
  if (hasKeys) say(`${first}: DATA_DIR=${into} npm run recover, then npm start (docs/runbooks/restore.md).`);
}

/** Says so where the keys are those of another log than the database's: they would open nothing of it. */
async function sayOtherKeys(into: string, { log }: Manifest): Promise<void> {
  const instance = await readInstance(path.join(into, "instance.json"));
  if (instance === undefined) return;
  const logs = [instance, ...(instance.closed ?? [])].map(({ origin }) => origin);
  if (!logs.includes(log))
    say(
      `Warning: the database has the log ${log}, and the keys are those of ${instance.origin}. Name the backup of the right keys.`,
    );
}

/** Writes one line: the phase when it begins, so that a wait has a name, and its time when it ends. */
async function phase<T>(what: string, run: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const seconds = (): string => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
  process.stdout.write(`${what} … `);
  try {
    const result = await run();
    say(seconds());
    return result;
  } catch (error) {
    say(`failed after ${seconds()}`);
    throw error;
  }
}

async function drill(env: LaunchEnv, values: Values): Promise<void> {
  const { identity, checkpoint, signer, sha256, to } = values;
  const { facts: found, copied } = await drillBackup(env, {
    identity: needed(identity),
    keys: keyBackups(values),
    checkpoint,
    signer,
    sha256,
    to: to === undefined ? undefined : momentOf(to),
    phase,
  });
  say(`Drill of backup ${found.backup}: passed.`);
  say(`Pages read and sound: ${found.pages}.`);
  say(
    `Log: ${found.log_size} entries came back, ${found.recovered} more from the signer's copy; outside checkpoint over ${found.checkpoint}.`,
  );
  if (copied < found.log_size)
    say(
      `The signer's copy is older: it has ${copied} of these entries, so no recovery was tried. After a loss the signer copies the others from the database.`,
    );
  say(
    `Sample transaction: ${found.opened ? "opened by the custodian with the restored keys" : "the instance has no transaction"}.`,
  );
  say(`Erased again: ${found.erased_again}.`);
  say(`RPO ${found.rpo_s.toFixed(1)} s, RTO ${found.rto_s.toFixed(1)} s.`);
}

async function run(act: string | undefined, file: string | undefined, values: Values): Promise<void> {
  if (act === "plan") return planLines().forEach(say);
  const env = launchEnv();
  if (act === "create") return create(env, values);
  if (act === "list") return list(env);
  if (act === "restore") return restore(env, values);
  if (act === "drill") return drill(env, values);
  if (act === "keys") return say(`Backup of keys: ${await backUpKeys(env, values.of)}`);
  if (act !== "wal") throw new Usage();
  await storeWal(await backupFolder(env), needed(file), recipientsOf(env).database);
}

/** `npm run op -- backup …` (docs/guides/backup.md). Returns the exit code. */
export async function backupCommand(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [act, file] = positionals;
    await run(act, file, values);
    return 0;
  } catch (error) {
    if (error instanceof Usage || Reflect.get(Object(error), "code")?.startsWith?.("ERR_PARSE_ARGS")) {
      process.stderr.write(USAGE);
      return 2;
    }
    const line = explainFailure(error);
    if (line === undefined) throw error;
    process.stderr.write(`Error: ${line}\n`);
    return 1;
  }
}
