import "server-only";
import type { Client } from "pg";
import { createClient, PINNED_SETTINGS } from "@/lib/db/connection";
import { mapDatabaseError } from "@/lib/db/errors";
import { OWNER_ROLE } from "@/lib/db/migrate";

/** Roles without login; grants in the migrations name these. */
export const GROUP_ROLES = [
  OWNER_ROLE,
  "sealport_app",
  "sealport_sequencer",
  "sealport_retention",
  "sealport_signer",
  "sealport_custodian",
  "sealport_auditor",
  "sealport_jobs",
] as const;
export type GroupRole = (typeof GROUP_ROLES)[number];

/** Logins, each a member of one group role, and the process whose key folder keeps its password. */
export const LOGIN_ROLES = {
  sealport_app_login: { memberOf: "sealport_app", process: "portal" },
  sealport_worker_login: { memberOf: "sealport_app", process: "worker" },
  sealport_sequencer_login: { memberOf: "sealport_sequencer", process: "worker" },
  sealport_retention_login: { memberOf: "sealport_retention", process: "worker" },
  sealport_jobs_login: { memberOf: "sealport_jobs", process: "worker" },
  sealport_signer_login: { memberOf: "sealport_signer", process: "signer" },
  sealport_custodian_login: { memberOf: "sealport_custodian", process: "custodian" },
  sealport_auditor_login: { memberOf: "sealport_auditor", process: "auditor" },
} as const satisfies Record<string, { memberOf: GroupRole; process: string }>;
export type LoginRole = keyof typeof LOGIN_ROLES;

export const LOGIN_ROLE_NAMES: readonly LoginRole[] = [
  "sealport_app_login",
  "sealport_worker_login",
  "sealport_sequencer_login",
  "sealport_retention_login",
  "sealport_jobs_login",
  "sealport_signer_login",
  "sealport_custodian_login",
  "sealport_auditor_login",
];

export type LoginPasswords = Readonly<Record<LoginRole, string>>;

/** The same server and options, another login and database. */
export function urlFor(
  adminUrl: string,
  login: { user: string; password: string } | undefined,
  database: string,
): string {
  const url = new URL(adminUrl);
  if (login !== undefined) {
    url.username = encodeURIComponent(login.user);
    url.password = encodeURIComponent(login.password);
  }
  url.pathname = `/${encodeURIComponent(database)}`;
  return url.toString();
}

/** What each login begins with, also behind a pooler that drops the settings of lib/db/connection.ts. */
const LOGIN_SETTINGS = Object.entries(PINNED_SETTINGS).map(([name, value]) =>
  name === "search_path" ? `${name} = ${value}` : `${name} = '${value}'`,
);

/** Makes the roles that are missing. A login that exists keeps its password unless `isReset`. */
async function createRoles(admin: Client, { passwords, isReset = false }: BootstrapOptions): Promise<void> {
  const known = await admin.query<{ rolname: string }>(
    "SELECT rolname FROM pg_roles WHERE rolname LIKE 'sealport\\_%'",
  );
  const names = new Set(known.rows.map((row) => row.rolname));
  for (const role of GROUP_ROLES) {
    if (!names.has(role)) await admin.query(`CREATE ROLE ${admin.escapeIdentifier(role)} NOLOGIN NOINHERIT`);
  }
  for (const role of LOGIN_ROLE_NAMES) {
    const identifier = admin.escapeIdentifier(role);
    const login = `ROLE ${identifier} LOGIN INHERIT PASSWORD ${admin.escapeLiteral(passwords[role])}`;
    if (!names.has(role)) await admin.query(`CREATE ${login}`);
    else if (isReset) await admin.query(`ALTER ${login}`);
    await admin.query(`GRANT ${admin.escapeIdentifier(LOGIN_ROLES[role].memberOf)} TO ${identifier}`);
    for (const setting of LOGIN_SETTINGS) await admin.query(`ALTER ROLE ${identifier} SET ${setting}`);
  }
  // PostgreSQL 16 and later give a role's maker the right to grant it, not to become it.
  await admin.query(
    `GRANT ${admin.escapeIdentifier(OWNER_ROLE)} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE`,
  );
}

async function createDatabase(admin: Client, database: string): Promise<boolean> {
  const found = await admin.query("SELECT 1 FROM pg_database WHERE datname = $1", [database]);
  if (found.rowCount !== 0) return false;
  await admin.query(
    `CREATE DATABASE ${admin.escapeIdentifier(database)} OWNER ${admin.escapeIdentifier(OWNER_ROLE)} TEMPLATE template0 ENCODING 'UTF8'`,
  );
  return true;
}

async function restrictConnections(admin: Client, database: string): Promise<void> {
  const name = admin.escapeIdentifier(database);
  await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
  const roles = GROUP_ROLES.filter((role) => role !== OWNER_ROLE).map((role) => admin.escapeIdentifier(role));
  await admin.query(`GRANT CONNECT ON DATABASE ${name} TO ${roles.join(", ")}`);
}

export interface BootstrapOptions {
  /** A login with CREATEROLE and CREATEDB; need not be a superuser. */
  readonly adminUrl: string;
  readonly database: string;
  /** For the logins that are made. */
  readonly passwords: LoginPasswords;
  /** Also gives these passwords to logins that exist, which ends the access of every part that has the old ones. */
  readonly isReset?: boolean;
}

/**
 * Makes the roles, logins and the database that are missing; running it again changes nothing. Returns whether the
 * database is new. The caller has asked the server for its version (`requireDatabase`).
 */
export async function bootstrapRoles(options: BootstrapOptions): Promise<{ isNew: boolean }> {
  const admin = createClient(options.adminUrl, { connectionTimeoutMillis: 10_000 });
  try {
    await admin.connect();
    await admin.query("SELECT pg_advisory_lock(7310016432)");
    await createRoles(admin, options);
    const isNew = await createDatabase(admin, options.database);
    await restrictConnections(admin, options.database);
    return { isNew };
  } catch (error) {
    throw mapDatabaseError(error);
  } finally {
    await admin.end().catch(() => undefined);
  }
}
