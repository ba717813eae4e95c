import "server-only";
import { X509Certificate } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { systemClock } from "@/lib/clock";
import { requireDatabase, requireLogin, requireRoleOf } from "@/lib/db/check-database";
import { NoticeUnheard, requireNotices } from "@/lib/db/listen";
import { openPool } from "@/lib/db/pool";
import { environments } from "@/lib/env";
import { commandWords } from "@/lib/env/backup";
import { variablesOf } from "@/lib/env/read-environment";
import { tenantFiles } from "@/lib/env/tenants";
import { tlsFilesOf } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";
import { PARTS, type Part, usePartIdentity } from "@/lib/ipc/part-identity";
import { requireSocketFolder, requireSocketGroup } from "@/lib/ipc/socket-group";
import { KEYSTORE_FILE } from "@/lib/keystore/files/keystore-file";
import { checkCustody, refuseOpenMode } from "@/lib/launch/operator/check-custody";
import { checkNames, checkPairs } from "@/lib/launch/operator/check-names";
import { checkPeers } from "@/lib/launch/operator/check-peers";
import { checkScanner } from "@/lib/launch/operator/check-scanner";
import { type Finding, finding, type Given, Unasked } from "@/lib/launch/operator/finding";
import { requireRefusal } from "@/lib/launch/operator/separate-keys";

const CALL_MS = 5_000;
const DAY_MS = 86_400_000;
/** A certificate that ends within this time is a fault. */
const RENEW_DAYS = 14;

function checkVariables(part: Part, given: Given): Finding[] {
  const parsed = environments[part].safeParse(given);
  if (parsed.success) return [{ what: "variables" }];
  const names = [...new Set(parsed.error.issues.map((issue) => issue.path.join(".")))];
  return names.map((what) => ({ what, fault: given[what] === undefined ? "is missing" : "is not usable" }));
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
  { KEY_DIR, TLS_KEY_FILE, TENANTS_DIR, DATA_DIR, BACKUP_COMMAND }: Given,
): Promise<Finding | undefined>[] {
  const found: Promise<Finding | undefined>[] = [];
  if (TLS_KEY_FILE !== undefined)
    found.push(finding(`TLS_KEY_FILE ${TLS_KEY_FILE}`, () => refuseOpenMode(TLS_KEY_FILE, false)));
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
      await requireRoleOf(part, name, url);
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

const NO_GROUP =
  "is not set, so that only this part's user can call it. Set the group that portal and worker are in, unless they have the same user";

/** The socket that a part serves at, and the group that may use it. With an instance file the callers have other users. */
function checkSocket(part: Part, given: Given): Promise<Finding | undefined>[] {
  const [name = ""] = addressesOf(part);
  const url = given[name] ?? "";
  const found: Promise<Finding | undefined>[] = [];
  if (!isCaller(part) && url.startsWith("unix:"))
    found.push(finding(`${name} ${url}`, () => requireSocketFolder(url.slice("unix:".length))));
  const { SOCKET_GROUP: group } = given;
  if (group !== undefined) found.push(finding(`SOCKET_GROUP ${group}`, () => requireSocketGroup(group)));
  else if (given.INSTANCE_FILE !== undefined && !isCaller(part) && url.startsWith("unix:"))
    found.push(Promise.resolve({ what: "SOCKET_GROUP", warning: NO_GROUP }));
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
  const named = [...checkVariables(part, given), ...checkNames(given), ...checkPairs(part, given)];
  const certificate = await Promise.all(checkCertificate(part, given));
  const found = await Promise.all([
    ...checkCustody(part, given),
    ...checkFiles(part, given),
    ...checkScanner(part, given),
    ...checkSocket(part, given),
    ...checkDatabases(part, given),
    ...checkNotices(part, given),
    ...(isCaller(part) ? checkPeers(given, CALL_MS) : []),
    ...others.map((folder) => finding(`keys of ${folder}`, () => requireRefusal(given, folder))),
  ]);
  return [...named, ...certificate, ...found].filter((one) => one !== undefined);
}
