import "server-only";
import path from "node:path";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { hkdfSha256 } from "@/lib/crypto/primitives";
import { StartError } from "@/lib/db/embedded/start-error";
import type { LaunchEnv } from "@/lib/env";
import { backupHours } from "@/lib/env/backup";
import { custodyVariables } from "@/lib/env/custody";
import { sightVariables } from "@/lib/env/sight";
import type { DatabaseUrls } from "@/lib/launch/databases";
import type { InstanceFolders, KeyHolder } from "@/lib/launch/folders";
import { closedLogs, type InstanceFile, unlockOriginOf } from "@/lib/launch/instance-file";
import { PROGRAM_ROOT } from "@/lib/launch/program";
import { serverVariables } from "@/lib/launch/server-variables";

type Variables = Record<string, string>;

/** The switches as this program is tested with them. */
const OWN_FLAGS = path.join(PROGRAM_ROOT, "deploy/flags.json");

/** What every child gets: no variable of the supervisor's own but these. */
export function baseEnvironment(env: LaunchEnv): Variables {
  return {
    NEXT_TELEMETRY_DISABLED: "1",
    // With an arena for each thread glibc keeps 50 MB more of a portal under load than with two, and 17 MB more with two than with one.
    MALLOC_ARENA_MAX: "1",
    PATH: env.PATH,
    ...(env.HOME === undefined ? {} : { HOME: env.HOME }),
    ...(env.LANG === undefined ? {} : { LANG: env.LANG }),
    ...(env.TMPDIR === undefined ? {} : { TMPDIR: env.TMPDIR }),
    TZ: "UTC",
    LOG_LEVEL: env.LOG_LEVEL,
  };
}

/** A holder's own secret: what one process has does not open another's keystore. */
function holderPassphrase(passphrase: string, holder: KeyHolder, origin: string): string {
  const info = utf8(`sealport/kek-passphrase/${holder}`);
  return toBase64url(hkdfSha256(utf8(passphrase), utf8(origin), info, 32));
}

/** How a process opens its keystore: variables of the child, never a value in a message. */
export function keyVariables(
  env: LaunchEnv,
  folders: InstanceFolders,
  holder: KeyHolder,
  origin: string,
): Record<string, string> {
  const dir = folders.keyDir(holder);
  return {
    KEY_DIR: dir,
    ...custodyVariables(env),
    ...(env.KEK_PASSPHRASE === undefined
      ? { KEK_FILE: path.join(dir, "kek.key") }
      : { KEK_PASSPHRASE: holderPassphrase(env.KEK_PASSPHRASE, holder, origin) }),
  };
}

export interface EnvironmentInput {
  readonly env: LaunchEnv;
  readonly folders: InstanceFolders;
  readonly instance: InstanceFile;
  readonly urls: DatabaseUrls;
}

export interface ProcessEnvironments {
  readonly portal: Variables;
  readonly worker: Variables;
  readonly signer: Variables;
  readonly custodian: Variables;
  readonly witness: Variables;
  readonly seed: Variables;
}

function vkeyOf(instance: InstanceFile, name: string): string {
  const vkey = instance.vkeys[name];
  if (vkey === undefined)
    throw new StartError(`instance.json names no public key ${name}. Restore it from a backup.`);
  return vkey;
}

function defined(variables: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(
    Object.entries(variables).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

/** Where people reach the portal from this machine. */
export function baseUrlOf(env: LaunchEnv): string {
  const isAny = env.HOST === "0.0.0.0" || env.HOST === "::";
  // A passkey's RP id cannot be an address, so the name is printed and used (identity.md).
  const isLoopback = isAny || env.HOST === "127.0.0.1";
  const host = isLoopback ? "localhost" : env.HOST.includes(":") ? `[${env.HOST}]` : env.HOST;
  return `http://${host}:${env.PORT}`;
}

/** The origin of this start's pages, whatever PORT is this time: statements are signed there (ADR 0009). */
export function portalOrigin(env: LaunchEnv): string {
  return new URL(env.PORTAL_ORIGIN ?? baseUrlOf(env)).origin;
}

/** What portal and worker know of the others: addresses and pinned public keys. */
function peerVariables(input: EnvironmentInput): Variables {
  const { env, folders, instance } = input;
  const socket = (name: string): string => `unix:${path.join(folders.runDir, `${name}.sock`)}`;
  return {
    CUSTODIAN_URL: socket("custodian"),
    SIGNER_URL: socket("signer"),
    WITNESS_URL: socket("witness"),
    LOG_VKEY: vkeyOf(instance, "signer.log"),
    WITNESS_VKEY: vkeyOf(instance, "witness.cosigner"),
    CUSTODIAN_VKEY: vkeyOf(instance, "custodian.identity"),
    TENANT_ID: instance.tenant_id,
    SEALPORT_EVALUATION: "1",
    ...anchorVariables(env),
  };
}

/** Further witnesses and the time-stamp authority are the operator's choice and handed on unread. */
function anchorVariables(env: LaunchEnv): Variables {
  const { WITNESSES, WITNESS_POLICY, WITNESS_WAIT_MS, TSA_URL, TSA_CA_FILE, TSA_POLICY, TSA_PERIOD_S } = env;
  const caFile = TSA_CA_FILE === undefined ? undefined : path.resolve(TSA_CA_FILE);
  return defined({
    WITNESSES,
    WITNESS_POLICY,
    WITNESS_WAIT_MS,
    TSA_URL,
    TSA_CA_FILE: caFile,
    TSA_POLICY,
    TSA_PERIOD_S,
  });
}

type Part = Readonly<{ input: EnvironmentInput; base: Variables; peers: Variables }>;

function portalVariables({ input: { env, folders, instance, urls }, base, peers }: Part): Variables {
  return defined({
    ...base,
    ...peers,
    ...keyVariables(env, folders, "portal", unlockOriginOf(instance)),
    DATABASE_URL: urls.portal,
    DATABASE_LISTEN_URL: env.DATABASE_LISTEN_URL,
    DATABASE_REPLICA_URL: env.DATABASE_REPLICA_URL,
    DATABASE_REPLICA_WAIT_MS: env.DATABASE_REPLICA_WAIT_MS,
    DATA_DIR: folders.privateDir("portal"),
    HOST: env.HOST,
    PORT: String(env.PORT),
    PORTAL_ORIGIN: env.PORTAL_ORIGIN,
    TRUSTED_PROXIES: env.TRUSTED_PROXIES,
    SETUP_TOKEN: env.SETUP_TOKEN,
    // Returns what the sign-in page shows of the demonstration people; undefined without them.
    DEMO_FILE: instance.seed === "none" ? undefined : folders.file("demo.json"),
    RATE_BUDGETS: env.RATE_BUDGETS,
    EXPORT_KEEP_DAYS: env.EXPORT_KEEP_DAYS,
    FLAGS_FILE: path.resolve(env.FLAGS_FILE ?? OWN_FLAGS),
    KEY_ROTATION_DAYS: env.KEY_ROTATION_DAYS,
    BACKUP_EVERY_HOURS: backupHours(env)?.toString(),
    ...serverVariables(env),
    SMTP_URL: env.SMTP_URL,
    SMTP_FROM: env.SMTP_FROM,
    SYSLOG_URL: env.SYSLOG_URL,
    SYSLOG_CA_FILE: env.SYSLOG_CA_FILE === undefined ? undefined : path.resolve(env.SYSLOG_CA_FILE),
    CLOSED_LOGS: closedLogs(instance),
  });
}

/** No key folder: the worker holds no key at all. */
function workerVariables({ input: { env, urls }, base, peers }: Part): Variables {
  return defined({
    ...base,
    ...peers,
    DATABASE_URL: urls.worker,
    SEQUENCER_DATABASE_URL: urls.sequencer,
    RETENTION_DATABASE_URL: urls.retention,
    SEQUENCER_PERIOD_MS: env.SEQUENCER_PERIOD_MS,
    SEQUENCER_BATCH: env.SEQUENCER_BATCH,
    VERIFY_EVERY: env.VERIFY_EVERY,
  });
}

function signerVariables({ input: { env, folders, instance, urls }, base, peers }: Part): Variables {
  return defined({
    ...base,
    ...keyVariables(env, folders, "signer", unlockOriginOf(instance)),
    DATA_DIR: folders.privateDir("signer"),
    SIGNER_URL: peers.SIGNER_URL,
    TENANT_ID: instance.tenant_id,
    SIGNER_DATABASE_URL: urls.signer,
    RETENTION_FLOOR_DAYS: env.RETENTION_FLOOR_DAYS,
  });
}

function custodianVariables({ input: { env, folders, instance }, base, peers }: Part): Variables {
  return defined({
    ...base,
    ...keyVariables(env, folders, "custodian", unlockOriginOf(instance)),
    DATA_DIR: folders.privateDir("custodian"),
    CUSTODIAN_URL: peers.CUSTODIAN_URL,
    CUSTODIAN_ROSTER_FILE: rosterFileOf(env, folders),
    CUSTODIAN_EVALUATION: "1",
    ESCROW_ROTATION_DAYS: env.ESCROW_ROTATION_DAYS,
    CUSTODIAN_ORIGINS: portalOrigin(env),
    BACKUP_COMMAND: env.BACKUP_COMMAND,
  });
}

function witnessVariables({ input: { env, folders, instance }, base, peers }: Part): Variables {
  return defined({
    ...base,
    ...keyVariables(env, folders, "witness", unlockOriginOf(instance)),
    DATA_DIR: folders.privateDir("witness"),
    WITNESS_URL: peers.WITNESS_URL,
    LOG_VKEY: peers.LOG_VKEY,
  });
}

/** The file of the custodian's roster. */
export function rosterFileOf(env: LaunchEnv, folders: InstanceFolders): string {
  return env.CUSTODIAN_ROSTER_FILE ?? path.join(folders.dataDir, "keys", "roster.json");
}

/**
 * Returns the whole environment of each process: own database login, own key folder, and public keys of the others. The
 * evaluation marks are set only here: as one user on one machine, the processes are not separated.
 */
export function processEnvironments(input: EnvironmentInput): ProcessEnvironments {
  const { env, folders, instance } = input;
  const base = { ...baseEnvironment(env), LOG_ORIGIN: instance.origin };
  const part = { input, base, peers: peerVariables(input) };
  const portal = portalVariables(part);
  // Programs that act once, such as the seed, are not watched.
  return {
    portal: { ...portal, ...sightVariables(env, "portal") },
    worker: { ...workerVariables(part), ...sightVariables(env, "worker") },
    signer: { ...signerVariables(part), ...sightVariables(env, "signer") },
    custodian: { ...custodianVariables(part), ...sightVariables(env, "custodian") },
    witness: { ...witnessVariables(part), ...sightVariables(env, "witness") },
    seed: {
      ...portal,
      // No caller waits for an answer here, and the first start on a busy machine is slow.
      DATABASE_WAIT_MS: "60000",
      DEMO_FILE: folders.file("demo.json.new"),
      BASE_URL: baseUrlOf(env),
      CUSTODIAN_ROSTER_FILE: rosterFileOf(env, folders),
    },
  };
}
