import "server-only";
import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { bootstrapRoles, type LoginPasswords, urlFor } from "@/lib/db/bootstrap-roles";
import { type EmbeddedDatabaseOptions, startEmbeddedDatabase } from "@/lib/db/embedded/embedded-database";
import { migrate } from "@/lib/db/migrate";
import { makeDiskFolder, makeTempFolder } from "@/lib/testing/data-folder";

/** What a test needs to make databases on the shared server: plain data, so that vitest can pass it on. */
export interface TestServer {
  readonly adminUrl: string;
  readonly template: string;
  readonly passwords: LoginPasswords;
}

/** Returns a random password for each login role. */
export function randomPasswords(): LoginPasswords {
  const draw = (): string => randomBytes(18).toString("base64url");
  return {
    sealport_app_login: draw(),
    sealport_worker_login: draw(),
    sealport_sequencer_login: draw(),
    sealport_retention_login: draw(),
    sealport_jobs_login: draw(),
    sealport_signer_login: draw(),
    sealport_custodian_login: draw(),
    sealport_auditor_login: draw(),
  };
}

/** Hashes the superuser's password with this server's settings; its cluster was made with PostgreSQL's own. */
async function hashPasswordAgain(adminUrl: string): Promise<void> {
  const { username, password } = new URL(adminUrl);
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(
    `ALTER ROLE ${escapeIdentifier(username)} PASSWORD ${escapeLiteral(decodeURIComponent(password))}`,
  );
  await admin.end();
}

/** Starts an embedded PostgreSQL in a temporary or a given folder with a migrated template database; fast unless it is set to be durable. */
export async function startTestServer(
  options: Pick<EmbeddedDatabaseOptions, "isDurable" | "archiveCommand"> & { readonly dataDir?: string } = {},
): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const { isDurable = false, archiveCommand } = options;
  const makeFolder = isDurable ? makeDiskFolder : makeTempFolder;
  const dataDir = options.dataDir ?? (await makeFolder("sealport-test-"));
  const keys = path.join(dataDir, "keys/database");
  await mkdir(keys, { recursive: true, mode: 0o700 });
  const database = await startEmbeddedDatabase({
    dataDir,
    passwordFile: path.join(keys, "superuser"),
    isDurable,
    ...(archiveCommand === undefined ? {} : { archiveCommand }),
  });
  const passwords = randomPasswords();
  const template = "sealport_template";
  const stop = async (): Promise<void> => {
    await database.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await hashPasswordAgain(database.adminUrl);
    await bootstrapRoles({ adminUrl: database.adminUrl, database: template, passwords });
    await migrate(urlFor(database.adminUrl, undefined, template), path.resolve("prisma/migrations"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { server: { adminUrl: database.adminUrl, template, passwords }, stop };
}
