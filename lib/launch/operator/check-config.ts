import "server-only";
import { X509Certificate } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { systemClock } from "@/lib/clock";
import { requireDatabase, requireLogin } from "@/lib/db/check-database";
import { NoticeUnheard, requireNotices } from "@/lib/db/listen";
import { openPool } from "@/lib/db/pool";
import { environments } from "@/lib/env";
import { commandWords } from "@/lib/env/backup";
import { ownInstanceDigest } from "@/lib/env/instance-file";
import { variablesOf } from "@/lib/env/read-environment";
import { tenantFiles } from "@/lib/env/tenants";
import { tlsFilesOf } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";
import { PARTS, type Part, usePartIdentity } from "@/lib/ipc/part-identity";
import { askPeer } from "@/lib/ipc/peer-proof";
import { requireSocketFolder, requireSocketGroup } from "@/lib/ipc/socket-group";
import { KEYSTORE_FILE } from "@/lib/keystore/files/keystore-file";
import { requireRefusal } from "@/lib/launch/operator/separate-keys";

/** One line of `sealport-op config check`. */
export interface Finding {
  readonly what: string;
  /** Undefined when it is as it must be. */
  readonly fault?: string;
}

export type Given = Readonly<Record<string, string | undefined>>;

const CALL_MS = 5_000;
const DAY_MS = 86_400_000;
/** A certificate that ends within this time is a fault. */
const RENEW_DAYS = 14;

/** What a check throws that could not ask: the database is away, and its variable has a line. */
export class Unasked extends Error {
  override readonly name = "Unasked";
}

/** Returns the finding of one check: at fault where it throws; undefined where it could not ask. */
export async function finding(what: string, check: () => unknown): Promise<Finding | undefined> {
  try {
    await check();
    return { what };
  } catch (error) {
    if (error instanceof Unasked) return undefined;
    return { what, fault: error instanceof Error ? error.message : String(error) };
  }
}

function checkVariables(part: Part, given: Given): Finding[] {
  const parsed = environments[part].safeParse(given);
  if (parsed.success) return [{ what: "variables" }];
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))];
  return names.map((what) => ({ what, fault: given[what] === undefined ? "is missing" : "is not usable" }));
}

/** Refuses a file that others may write, and unless `isReadable` also one that they may read. */
function refuseOpenMode(file: string, isReadable: boolean): void {
  const { mode } = statSync(file);
  if ((mode & (isReadable ? 0o022 : 0o077)) !== 0)
    throw new Error(`${path.basename(file)} can be used by others: mode ${(mode & 0o777).toString(8)}`);
}

function requireFolder(folder: string): void {
  if (!existsSync(folder)) throw new Error("does not exist: make it for this part's user, mode 0700");
  accessSync(folder, constants.R_OK | constants.W_OK);
}

function requireProgram(file: string): void {
  if (!existsSync(file) || !statSync(file).isFile()) throw new Error("does not exist");
  try {
    accessSync(file, constants.X_OK);
  } catch {
    throw new Error("cannot be run by this user");
  }
  refuseOpenMode(file, true);
}

function checkFiles(
  part: Part,
  { KEY_DIR, KEK_FILE, TLS_KEY_FILE, TENANTS_DIR, DATA_DIR, BACKUP_COMMAND }: Given,
): Promise<Finding | undefined>[] {
  const found: Promise<Finding | undefined>[] = [];
  for (const [name, file] of Object.entries({ KEK_FILE, TLS_KEY_FILE }))
    if (file !== undefined) found.push(finding(`${name} ${file}`, () => refuseOpenMode(file, false)));
  if (part === "portal" && TENANTS_DIR !== undefined)
    found.push(
      finding(`TENANTS_DIR ${TENANTS_DIR}`, () => {
        for (const file of tenantFiles(TENANTS_DIR)) refuseOpenMode(file, false);
      }),
    );
  if (KEY_DIR !== undefined)
    found.push(
      finding(`KEY_DIR ${KEY_DIR}`, () => {
        refuseOpenMode(KEY_DIR, true);
        refuseOpenMode(path.join(KEY_DIR, KEYSTORE_FILE), false);
      }),
    );
  if (DATA_DIR !== undefined) found.push(finding(`DATA_DIR ${DATA_DIR}`, () => requireFolder(DATA_DIR)));
  if (part === "custodian" && BACKUP_COMMAND !== undefined) {
    const [program] = commandWords(BACKUP_COMMAND);
    found.push(finding(`BACKUP_COMMAND ${program}`, () => requireProgram(program)));
  }
  return found;
}

function checkDatabases(part: Part, given: Given): Promise<Finding | undefined>[] {
  const names = Object.keys(environments[part].shape).filter((name) =>
    /DATABASE(?:_LISTEN|_REPLICA)?_URL$/.test(name),
  );
  const { TENANT_ID, LOG_ORIGIN } = given;
  const own = TENANT_ID === undefined || LOG_ORIGIN === undefined ? undefined : { TENANT_ID, LOG_ORIGIN };
  return names.flatMap((name) => {
    const url = given[name];
    if (url === undefined) return [];
    const check = async () => {
      await requireDatabase(name, url);
      await requireLogin(name, url, { clock: systemClock, own });
    };
    return [finding(name, check)];
  });
}

/** Sends a notice by DATABASE_URL and hears it: behind a pooler this needs DATABASE_LISTEN_URL. */
function checkNotices(
  part: Part,
  { DATABASE_URL: url, DATABASE_LISTEN_URL }: Given,
): Promise<Finding | undefined>[] {
  if (part !== "portal" || url === undefined) return [];
  const check = async () => {
    const pool = openPool({ url, maxConnections: 1, waitMs: CALL_MS });
    const logger = { info: () => undefined, error: () => undefined };
    try {
      await requireNotices({ url: DATABASE_LISTEN_URL ?? url, pool, logger });
    } catch (error) {
      throw error instanceof NoticeUnheard ? error : new Unasked();
    } finally {
      await pool.end();
    }
  };
  return [finding("notices of the database (LISTEN)", check)];
}

/** The parts that this one calls, and the variables of their keys. A part that serves at such an address is asked by the others. */
const PEERS = [
  ["CUSTODIAN_URL", "CUSTODIAN_VKEY"],
  ["SIGNER_URL", "LOG_VKEY"],
  ["WITNESS_URL", "WITNESS_VKEY"],
] as const;

async function requirePeer(url: string, vkey: string): Promise<void> {
  const { instance } = await askPeer(url, vkey, CALL_MS);
  const own = ownInstanceDigest();
  if (own !== undefined && instance !== undefined && instance !== own)
    throw new Error("was started with another instance file: give both the same one, and restart it");
}

function checkPeers(part: Part, given: Given): Promise<Finding | undefined>[] {
  if (!isCaller(part)) return [];
  return PEERS.flatMap(([name, key]) => {
    const url = given[name];
    return url === undefined ? [] : [finding(`${name} ${url}`, () => requirePeer(url, given[key] ?? ""))];
  });
}

/** Portal and worker call the other parts, which serve. */
const isCaller = (part: Part): boolean => part === "portal" || part === "worker";

/** The addresses that a part serves at or calls. */
function addressesOf(part: Part): readonly string[] {
  return isCaller(part) ? ["CUSTODIAN_URL", "SIGNER_URL", "WITNESS_URL"] : [`${part.toUpperCase()}_URL`];
}

function checkCertificate(part: Part, given: Given): Promise<Finding | undefined>[] {
  const files = given.TLS_CERT_FILE;
  const mutual = addressesOf(part).find((name) => given[name]?.startsWith("mtls://"));
  if (files === undefined && mutual === undefined) return [];
  if (files === undefined)
    return [
      finding("TLS_CERT_FILE", () => {
        throw new Error(`is missing, and ${mutual} begins with mtls://`);
      }),
    ];
  return [
    finding(`TLS_CERT_FILE ${files}`, () => {
      usePartIdentity(part, tlsFilesOf(given));
      const { validTo } = new X509Certificate(readFileSync(files));
      const days = Math.floor((Date.parse(validTo) - Date.now()) / DAY_MS);
      if (days < RENEW_DAYS) throw new Error(`ends in ${days} days`);
    }),
  ];
}

/** The socket that a part serves at, and the group that may use it. */
function checkSocket(part: Part, given: Given): Promise<Finding | undefined>[] {
  const [name = ""] = addressesOf(part);
  const url = given[name] ?? "";
  const found: Promise<Finding | undefined>[] = [];
  if (!isCaller(part) && url.startsWith("unix:"))
    found.push(finding(`${name} ${url}`, () => requireSocketFolder(url.slice("unix:".length))));
  const { SOCKET_GROUP: group } = given;
  if (group !== undefined) found.push(finding(`SOCKET_GROUP ${group}`, () => requireSocketGroup(group)));
  return found;
}

/** Returns the part that a name names. Throws OperatorError for another. */
export function partNamed(name: string | undefined): Part {
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new OperatorError(`--of must be one of ${PARTS.join(", ")}`);
  return part;
}

/**
 * Checks what a part would start with: its variables, the modes of its files, its socket's folder and group, its database logins, its certificate, and
 * that the parts it calls answer and prove their keys. `others` are copies of other parts' key folders, which this part must not open.
 * Returns a finding for each; changes nothing.
 */
export async function checkConfig(part: Part, others: readonly string[] = []): Promise<Finding[]> {
  const given = variablesOf(Object.keys(environments[part].shape));
  const certificate = await Promise.all(checkCertificate(part, given));
  const found = await Promise.all([
    ...checkFiles(part, given),
    ...checkSocket(part, given),
    ...checkDatabases(part, given),
    ...checkNotices(part, given),
    ...checkPeers(part, given),
    ...others.map((folder) => finding(`keys of ${folder}`, () => requireRefusal(given, folder))),
  ]);
  return [...checkVariables(part, given), ...certificate, ...found].filter((one) => one !== undefined);
}
