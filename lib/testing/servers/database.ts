import "server-only";
import { randomBytes } from "node:crypto";
import { Client, escapeIdentifier } from "pg";
import { inject } from "vitest";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type LoginRole, urlFor } from "@/lib/db/bootstrap-roles";
import { OWNER_ROLE } from "@/lib/db/migrate";
import type { TestServer } from "@/lib/testing/servers/test-server";

/**
 * Selects the connections of this database that wait for a lock now; conditions on `waits` may follow. Other tests use the same server, so
 * `pg_locks` alone shows theirs too. A transaction sees `pg_stat_activity` only as it was at its first read.
 */
export const LOCK_WAITS = `SELECT DISTINCT waits.pid FROM pg_locks AS waits JOIN pg_locks AS has ON has.pid = waits.pid
  WHERE NOT waits.granted AND has.database = (SELECT oid FROM pg_database WHERE datname = current_database())`;

/** A fresh, migrated, empty database and the URLs of every role. */
export interface TestDatabase {
  readonly name: string;
  /** The tenant whose rows the logins' URLs read and write. */
  readonly tenantId: string;
  readonly adminUrl: string;
  readonly appUrl: string;
  readonly workerUrl: string;
  readonly sequencerUrl: string;
  readonly retentionUrl: string;
  readonly signerUrl: string;
  readonly custodianUrl: string;
  readonly auditorUrl: string;
  readonly jobsUrl: string;
  drop(): Promise<void>;
}

async function asAdmin(server: TestServer, statement: string): Promise<void> {
  const admin = new Client({ connectionString: server.adminUrl });
  admin.on("error", () => undefined);
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

/** The same login as another tenant's part. */
function asTenant(url: string, tenantId: string): string {
  const others = new URL(url);
  others.searchParams.delete("options");
  const first = others.search === "" ? "?" : "&";
  return `${others.href}${first}options=-c%20sealport.tenant%3D${tenantId}`;
}

/** The same database for a further tenant. The first one's `drop` removes it. */
export function anotherTenant(database: TestDatabase): TestDatabase {
  const tenantId = uuidv7(Date.now());
  const urls = Object.entries(database).flatMap(([name, value]) =>
    name.endsWith("Url") && name !== "adminUrl" ? [[name, asTenant(value, tenantId)]] : [],
  );
  return { ...database, ...Object.fromEntries(urls), tenantId, drop: async () => undefined };
}

/** Clones the template. Call `drop` when the test is over; open connections are cut. */
export async function createTestDatabase(server: TestServer = inject("testServer")): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  const identifier = escapeIdentifier(name);
  // The clone does not include the template's restriction on who may connect.
  await asAdmin(
    server,
    `CREATE DATABASE ${identifier} TEMPLATE ${escapeIdentifier(server.template)} OWNER ${escapeIdentifier(OWNER_ROLE)} STRATEGY FILE_COPY`,
  );
  const tenantId = uuidv7(Date.now());
  const url = (user: LoginRole): string =>
    asTenant(urlFor(server.adminUrl, { user, password: server.passwords[user] }, name), tenantId);
  return {
    name,
    tenantId,
    adminUrl: urlFor(server.adminUrl, undefined, name),
    appUrl: url("sealport_app_login"),
    workerUrl: url("sealport_worker_login"),
    sequencerUrl: url("sealport_sequencer_login"),
    retentionUrl: url("sealport_retention_login"),
    signerUrl: url("sealport_signer_login"),
    custodianUrl: url("sealport_custodian_login"),
    auditorUrl: url("sealport_auditor_login"),
    jobsUrl: url("sealport_jobs_login"),
    drop: () => asAdmin(server, `DROP DATABASE ${identifier} WITH (FORCE)`),
  };
}
