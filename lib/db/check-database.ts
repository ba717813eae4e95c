import "server-only";
import type { Client, ClientBase } from "pg";
import type { Clock } from "@/lib/clock";
import { GROUP_ROLES, type GroupRole, LOGIN_ROLE_NAMES, LOGIN_ROLES } from "@/lib/db/bootstrap-roles";
import { createClient, PINNED_SETTINGS } from "@/lib/db/connection";
import { StartError } from "@/lib/db/embedded/start-error";
import { mapDatabaseError } from "@/lib/db/errors";
import { DomainError, OperatorError } from "@/lib/errors";

const CONNECT_MS = 10_000;
/** How long a part's start waits for a server that may not be available, in milliseconds. */
const START_MS = 1_500;
/** The most seconds by which the clocks of this machine and of the server may differ. */
const CLOCK_SECONDS = 60;
/** The oldest major version of PostgreSQL that has what our migrations use. */
const OLDEST_VERSION = 16;
const AWAY = "cannot be reached";
/** PostgreSQL's code for a table that does not exist. */
const NO_TABLE = "42P01";

/** Thrown if the server does not answer. It may answer later. */
class DatabaseAway extends StartError {}

/** Returns why a connection failed, in words that follow "The database"; undefined for other failures. */
function reasonOf(error: unknown): string | undefined {
  const code: unknown = Reflect.get(Object(error), "code");
  if (code === "28P01" || code === "28000") return "refuses this user or password";
  if (code === "3D000") return "has no database of this name";
  if (code === "42501") return "does not let this user connect";
  if (typeof code === "string" && /CERT|VERIFY_LEAF|^ERR_TLS_/.test(code))
    return `shows a certificate that is refused (${code})`;
  if (error instanceof Error && /does not support SSL/.test(error.message)) return "does not offer TLS";
  const doing: unknown = Reflect.get(Object(error), "syscall");
  if (doing === "open" || code === "EISDIR")
    return "cannot be asked: a file that its URL names cannot be read";
  if (code === "ERR_INVALID_URL") return "cannot be asked: this is not a URL";
  const mapped = mapDatabaseError(error);
  const isAway = mapped instanceof DomainError && mapped.code === "service.database-unavailable";
  return isAway ? AWAY : undefined;
}

interface Connecting {
  readonly connectMs?: number;
  readonly tenantId?: string | undefined;
}

async function requireVersion(client: Client, variable: string): Promise<void> {
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  const [version = ""] = (rows[0]?.server_version ?? "").split(" ");
  if (Number.parseInt(version, 10) >= OLDEST_VERSION) return;
  throw new StartError(
    `The database of ${variable} runs PostgreSQL ${version}. Sealport needs PostgreSQL ${OLDEST_VERSION} or newer.`,
  );
}

/**
 * Connects once and runs `work`. The error names the variable if the database does not answer, or if its PostgreSQL is
 * too old.
 */
async function withConnection<T>(
  variable: string,
  url: string,
  work: (client: Client) => Promise<T>,
  { connectMs = CONNECT_MS, tenantId }: Connecting = {},
): Promise<T> {
  let client: Client | undefined;
  try {
    client = createClient(url, { connectionTimeoutMillis: connectMs, tenantId });
    await client.connect();
    await requireVersion(client, variable);
    return await work(client);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    const Kind = reason === AWAY ? DatabaseAway : StartError;
    throw new Kind(
      `The database ${reason}. Check ${variable} (host, port, user, password) and that the server runs.`,
    );
  } finally {
    await client?.end().catch(() => undefined);
  }
}

/** Returns whether the server accepts this login. Throws any other failure to connect. */
export async function acceptsLogin(url: string): Promise<boolean> {
  const client = createClient(url, { connectionTimeoutMillis: CONNECT_MS });
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (Reflect.get(Object(error), "code") === "28P01") return false;
    throw mapDatabaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Throws StartError, with one line for the operator, if a configured database does not accept the login or is too old. */
export async function requireDatabase(variable: string, url: string): Promise<void> {
  await withConnection(variable, url, async () => undefined);
}

async function requireSameClock(client: Client, variable: string, clock: Clock): Promise<void> {
  const { rows } = await client.query<{ at: string }>(
    "SELECT extract(epoch FROM clock_timestamp())::text AS at",
  );
  const apart = Math.round(Math.abs(clock.nowMs() / 1000 - Number(rows[0]?.at)));
  if (apart > CLOCK_SECONDS)
    throw new StartError(
      `The clocks of this machine and of the database of ${variable} differ by ${apart} seconds. Set both by NTP.`,
    );
}

/** Behind a pooler our settings come from the role alone. Without them names could be found in another schema. */
async function requirePinnedSettings(client: Client, variable: string): Promise<void> {
  const { rows } = await client.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name",
    [Object.keys(PINNED_SETTINGS)],
  );
  const found = new Map(rows.map(({ name, value }) => [name, value.replaceAll(", ", ",")]));
  const other = Object.entries(PINNED_SETTINGS).find(
    ([name, value]) => found.get(name) !== value.replaceAll(", ", ","),
  );
  if (other === undefined) return;
  throw new StartError(
    `The pooler of ${variable} drops the setting ${other[0]}. Run npm run migrate with DATABASE_ADMIN_URL, or: ALTER ROLE … SET ${other[0]} = ${other[1]}. Then restart the pooler.`,
  );
}

/** Behind a pooler the tenant comes from its alias or the role. A part that would read another tenant's rows must not start. */
async function requireTenant(client: Client, variable: string, tenantId: string): Promise<void> {
  const { rows } = await client.query<{ tenant: string | null }>(
    "SELECT nullif(current_setting('sealport.tenant', true), '') AS tenant",
  );
  const found = rows[0]?.tenant ?? undefined;
  if (found === tenantId) return;
  const what = found === undefined ? "no tenant" : "another tenant";
  throw new StartError(
    `The pooler of ${variable} names ${what}. Give its database connect_query='SET sealport.tenant = ''${tenantId}''' (docs/guides/tenants.md, "Behind a pooler").`,
  );
}

/** Returns the role that a variable's login must be a member of. */
function roleFor(variable: string): GroupRole {
  const [, own] = /^(SEQUENCER|RETENTION|SIGNER)_/.exec(variable) ?? [];
  return own === undefined
    ? "sealport_app"
    : (GROUP_ROLES.find((role) => role === `sealport_${own.toLowerCase()}`) ?? "sealport_app");
}

/** Throws if a variable has the login of another part, or one that is not a member of the variable's role. */
export async function requireRoleOf(part: string, variable: string, url: string): Promise<void> {
  const role = roleFor(variable);
  const [login, isMember] = await withConnection(variable, url, async (client) => {
    const { rows } = await client.query<{ login: string; member: boolean | null }>(
      "SELECT current_user AS login, (SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = $1) AS member",
      [role],
    );
    return [rows[0]?.login ?? "", rows[0]?.member === true] as const;
  });
  const known = LOGIN_ROLE_NAMES.find((name) => name === login);
  const process = known === undefined ? part : LOGIN_ROLES[known].process;
  if (process !== part) throw new StartError(`is the login ${login}, which is the ${process}'s`);
  if (!isMember) throw new StartError(`is the login ${login}, which is not a member of the role ${role}`);
}

/** The tenant whose rows a part reads and writes, and the origin of its log. */
export interface OwnTenant {
  readonly TENANT_ID: string;
  readonly LOG_ORIGIN: string;
}

/**
 * Throws OperatorError if the log is another tenant's in this database. A part may start before its tenant is made, and
 * a database may hold other tenants: only their log shows that TENANT_ID is wrong.
 */
export async function requireTenantOfLog(
  db: Pick<ClientBase, "query">,
  { TENANT_ID, LOG_ORIGIN }: OwnTenant,
): Promise<void> {
  const { rows } = await db.query<{ taken: boolean }>(
    "SELECT EXISTS (SELECT FROM tenant WHERE log_origin = $1 AND id <> $2) AS taken",
    [LOG_ORIGIN, TENANT_ID],
  );
  if (rows[0]?.taken === true)
    throw new OperatorError("TENANT_ID is not the tenant that this database was made with");
}

/** What a part's login must meet in addition to its password. */
export interface LoginRules {
  readonly clock: Clock;
  /** The tenant whose rows alone the login can read; undefined for a login that is not limited to one tenant. */
  readonly own?: OwnTenant | undefined;
}

async function requireFitConnection(client: Client, variable: string, rules: LoginRules): Promise<void> {
  await requireSameClock(client, variable, rules.clock);
  await requirePinnedSettings(client, variable);
  if (rules.own === undefined) return;
  await requireTenant(client, variable, rules.own.TENANT_ID);
  await requireTenantOfLog(client, rules.own).catch((error: unknown) => {
    // The launcher or another part makes the tables of a new database.
    if (Reflect.get(Object(error), "code") !== NO_TABLE) throw error;
  });
}

/**
 * Checks a part's login when it starts. Throws StartError that names the variable if the server refuses the login or is
 * too old, if its clock differs, or if a pooler drops our settings or names another tenant. Also throws what
 * `requireTenantOfLog` throws. Returns false if the server does not answer: the part then starts and waits for it.
 */
export async function requireLogin(variable: string, url: string, rules: LoginRules): Promise<boolean> {
  try {
    await withConnection(variable, url, (client) => requireFitConnection(client, variable, rules), {
      connectMs: START_MS,
      tenantId: rules.own?.TENANT_ID,
    });
    return true;
  } catch (error) {
    if (error instanceof DatabaseAway) return false;
    throw error;
  }
}

/**
 * Returns whether this database has the data of an instance. Throws if it lacks our tables, because a part cannot start
 * with it.
 */
export function holdsInstance(variable: string, url: string): Promise<boolean> {
  return withConnection(variable, url, async (client) => {
    try {
      const found = await client.query<{ held: boolean }>("SELECT EXISTS (SELECT FROM tenant) AS held");
      return found.rows[0]?.held === true;
    } catch (error) {
      if (Reflect.get(Object(error), "code") !== NO_TABLE) throw error;
      throw new StartError(
        `The database of ${variable} has no tables yet. Set DATABASE_OWNER_URL, or run npm run migrate with it.`,
      );
    }
  });
}
