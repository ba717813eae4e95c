import "server-only";
import { readdirSync, statfsSync } from "node:fs";
import path from "node:path";
import { clamdScanner } from "@/lib/access/documents/clamd";
import {
  ageOf,
  DRILL_DAYS,
  isBackupLate,
  isDrillDue,
  readBackupState,
} from "@/lib/backup/record/backup-state";
import { archivingWarning, readArchiving } from "@/lib/backup/server/archiving";
import { NO_CHECKSUMS } from "@/lib/backup/server/check-pages";
import type { Verdict } from "@/lib/context/context";
import { createClient } from "@/lib/db/connection";
import type { Running } from "@/lib/db/statement";
import { environments } from "@/lib/env";
import { readCustody } from "@/lib/env/custody";
import { variablesOf } from "@/lib/env/read-environment";
import { type ScannerAddress, scannerAddress } from "@/lib/env/scanner";
import type { Part } from "@/lib/ipc/part-identity";
import { openKeystore } from "@/lib/keystore/open-keystore";
import { checkConfig } from "@/lib/launch/operator/check-config";
import { type Finding, finding, type Given, Unasked } from "@/lib/launch/operator/finding";
import { PROGRAM_ROOT } from "@/lib/launch/program";
import { mailerOf } from "@/lib/notify/mail/mailer";
import { openSharedCounters } from "@/lib/rate-limit/open-shared-counters";

/** A finding, and what the operator does about a fault. */
export interface Examined extends Finding {
  readonly advice?: string;
}

const CALL_MS = 5_000;
const LEAST_FREE_BYTES = 1 << 30;
const LEAST_FREE_SHARE = 0.05;

/** What to do about each kind of finding, by the beginning of its name. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [/^notices/, "Set DATABASE_LISTEN_URL to PostgreSQL itself where DATABASE_URL is a pooler's."],
  [/^migrations/, "Run npm run migrate with DATABASE_ADMIN_URL or DATABASE_OWNER_URL."],
  [/^role of/, "Use the login that npm run op -- database urls --of this part prints."],
  [/DATABASE\w*_URL$/, "Do as the line says. If the server is lost, see docs/runbooks/failover.md."],
  [/^keys/, "Check KEY_DIR, KEK_FILE or the key service, and who may read them."],
  [
    /^(?:KEY_DIR|KEK_FILE|DATA_DIR)/,
    "Give the folder or file to this part's user: chmod 700, or 600 for a file.",
  ],
  [/^Redis/, "Check REDIS_URL and that the server runs. Until then calls that must be counted are refused."],
  [/^mail/, "Check SMTP_URL and SMTP_FROM. Mails wait and are sent when the server answers."],
  [
    /^(?:scanner|CLAMD_SOCKET)/,
    "Check that clamav-daemon runs and that this part's user is in the group clamav. A portal reads its groups at start: restart it after adding it.",
  ],
  [
    /^BACKUP_COMMAND/,
    "Name a program by its absolute path that this part's user can run and others cannot change.",
  ],
  [/^backup/, "Run npm run op -- backup create, and backup drill (docs/guides/backup.md)."],
  [/^disk/, "Free space or enlarge the disk before it is full: then every change answers 503."],
  [
    /^WITNESS_URL/,
    "Check WITNESS_URL and ask who runs the witness. Checkpoints are published without it after a wait.",
  ],
  [/^(?:CUSTODIAN_URL|SIGNER_URL)/, "Start that part, and compare its key with the instance file."],
  [/^TLS/, "Issue a new certificate with the same name, and restart the part."],
];

function adviceFor(what: string): string {
  return (
    ADVICE.find(([begin]) => begin.test(what))?.[1] ?? "Set this variable as docs/variables.md describes."
  );
}

/** Lends a connection that runs statements, for the rows of a tenant if one is named. */
async function withClient<T>(
  url: string,
  ask: (client: Running & { query(text: string): Promise<unknown[]> }) => Promise<T>,
  tenantId?: string,
): Promise<T> {
  const client = createClient(url, { connectionTimeoutMillis: CALL_MS, query_timeout: CALL_MS, tenantId });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await ask({
      query: async (text) => (await client.query(text)).rows,
      run: async (one, params) => (await client.query(one.text, one.values(params))).rows,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** A part must not be able to do more than its role. */
async function requirePlainRole(url: string): Promise<void> {
  const question =
    "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls AS is FROM pg_roles WHERE rolname = current_user";
  const [row] = await withClient(url, ({ query }) => query(question));
  if (Reflect.get(Object(row), "is") === true) throw new Error("the login may do more than this part needs");
}

async function requireMigrations(url: string): Promise<void> {
  const folder = path.join(PROGRAM_ROOT, "prisma/migrations");
  const expected = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const rows = await withClient(url, ({ query }) =>
    query("SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL"),
  );
  const applied = new Set(rows.map((row) => Reflect.get(Object(row), "name")));
  const missing = expected.filter(({ name }) => !applied.has(name)).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`not applied: ${missing.join(", ")}`);
}

/** Warns of a cluster in which damage would not be seen. */
async function checkChecksums(url: string): Promise<Finding | undefined> {
  const what = "page checksums";
  const ask = () => withClient(url, ({ query }) => query("SHOW data_checksums"));
  const [row] = await ask().catch(() => []);
  if (row === undefined) return undefined;
  return Reflect.get(Object(row), "data_checksums") === "on" ? { what } : { what, warning: NO_CHECKSUMS };
}

/** Warns of a server whose WAL is not kept. */
async function checkArchiving(url: string): Promise<Finding | undefined> {
  const what = "archived WAL";
  const archiving = await withClient(url, ({ query }) => readArchiving(query)).catch(() => undefined);
  if (archiving === undefined || archiving === "off") return undefined;
  const warning = archivingWarning(archiving);
  return warning === undefined ? { what } : { what, warning };
}

/** Asks as the portal's status does. A database that was never backed up has no age, and is at fault where one is expected. */
async function requireBackup(url: string, tenantId: string, everyHours: number): Promise<void> {
  const state = await withClient(url, (client) => readBackupState(client, tenantId), tenantId);
  const age = ageOf(state.backup, Date.now());
  if (age === null) throw new Error("was never made");
  if (isBackupLate(state, { everyHours, since: undefined }, Date.now()))
    throw new Error(`is ${Math.floor(age / 3600)} hours old and expected every ${everyHours}`);
  if (isDrillDue(state, Date.now())) throw new Error(`had no drill that passed in ${DRILL_DAYS} days`);
}

/** A fault of the database's content counts; where no answer came, the check could not ask. */
async function ifReached(check: Promise<void>): Promise<void> {
  await check.catch((error: unknown) => {
    const code: unknown = Reflect.get(Object(error), "code");
    throw (error instanceof Error && code === undefined) || /^42/.test(String(code)) ? error : new Unasked();
  });
}

function examineDatabase(part: Part, given: Given): Promise<Finding | undefined>[] {
  const names = Object.keys(environments[part].shape).filter((name) => name.endsWith("DATABASE_URL"));
  const roles = names.flatMap((name) => {
    const url = given[name];
    return url === undefined ? [] : [finding(`role of ${name}`, () => ifReached(requirePlainRole(url)))];
  });
  const url = given.DATABASE_URL;
  if (part !== "portal" || url === undefined) return roles;
  const { BACKUP_EVERY_HOURS: hours, TENANT_ID: tenantId } = given;
  const backup = (every: number, of: string) =>
    finding("backup", () => ifReached(requireBackup(url, of, every)));
  return [
    ...roles,
    finding("migrations", () => ifReached(requireMigrations(url))),
    checkChecksums(url),
    checkArchiving(url),
    ...(hours === undefined || tenantId === undefined ? [] : [backup(Number(hours), tenantId)]),
  ];
}

async function requireKeys(given: Given, dir: string): Promise<void> {
  const keystore = await openKeystore({ dir, custody: readCustody(given) });
  try {
    await keystore.requireKeys();
  } finally {
    keystore.close();
  }
}

async function requireRedis(given: Given): Promise<void> {
  const counters = await openSharedCounters(given, () => undefined);
  try {
    if (counters !== undefined && !(await counters.isUp())) throw new Error("does not count");
  } finally {
    counters?.close();
  }
}

async function requireMail(given: Given): Promise<void> {
  const mailer = mailerOf({ ...given, SEALPORT_EVALUATION: given.SEALPORT_EVALUATION === "1" });
  try {
    await mailer?.verify();
  } finally {
    mailer?.close();
  }
}

const readScanner = ({ CLAMD_SOCKET, CLAMD_HOST, CLAMD_PORT = "3310" }: Given) => ({
  ...{ CLAMD_SOCKET, CLAMD_HOST },
  CLAMD_PORT: Number(CLAMD_PORT),
});

const SCANNER_FAULTS: Readonly<Record<Extract<Verdict, { kind: "away" }>["reason"], string>> = {
  unreachable: "cannot be reached",
  timeout: "does not answer in time",
  "broken-off": "closes the connection",
  refused: "refuses to scan",
  unreadable: "does not answer as clamd does",
};

/** Has a few bytes scanned. */
async function requireScanner(address: ScannerAddress): Promise<void> {
  const verdict = await clamdScanner(address, CALL_MS).scan(new TextEncoder().encode("Sealport"));
  if (verdict.kind === "away") throw new Error(SCANNER_FAULTS[verdict.reason]);
}

function requireSpace(folder: string): void {
  const { bavail, blocks, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free < LEAST_FREE_BYTES || bavail < blocks * LEAST_FREE_SHARE)
    throw new Error(
      `${(free / LEAST_FREE_BYTES).toFixed(1)} GiB are free, ${Math.round((bavail / blocks) * 100)} %`,
    );
}

function examineServices(part: Part, given: Given): Promise<Finding | undefined>[] {
  const { KEY_DIR, DATA_DIR, REDIS_URL, UPSTASH_REDIS_REST_URL, SMTP_URL } = given;
  const found: Promise<Finding | undefined>[] = [];
  if (KEY_DIR !== undefined) found.push(finding("keys", () => requireKeys(given, KEY_DIR)));
  if (DATA_DIR !== undefined) found.push(finding(`disk of ${DATA_DIR}`, () => requireSpace(DATA_DIR)));
  if (part === "portal" && (REDIS_URL ?? UPSTASH_REDIS_REST_URL) !== undefined)
    found.push(finding("Redis", () => requireRedis(given)));
  const scanner = part === "portal" ? scannerAddress(readScanner(given)) : undefined;
  if (scanner !== undefined) found.push(finding("scanner", () => requireScanner(scanner)));
  if (part === "portal" && SMTP_URL !== undefined)
    found.push(finding("mail server", () => requireMail(given)));
  return found;
}

/**
 * Examines a part and what it needs: all of `checkConfig`, and roles, migrations, keys, Redis, mail, scanner and disk.
 * Returns a line for each, with what to do about a fault. Changes nothing.
 */
export async function examine(part: Part): Promise<Examined[]> {
  const given = variablesOf(Object.keys(environments[part].shape));
  const configured = await checkConfig(part);
  const others = await Promise.all([...examineDatabase(part, given), ...examineServices(part, given)]);
  const asked = others.filter((one) => one !== undefined);
  return [...configured, ...asked].map((one) =>
    one.fault === undefined ? one : { ...one, advice: adviceFor(one.what) },
  );
}
