import "server-only";
import { type LoginRole, urlFor } from "@/lib/db/bootstrap-roles";
import type { LaunchEnv } from "@/lib/env";
import { OperatorError } from "@/lib/errors";
import type { Part } from "@/lib/ipc/part-identity";
import { requirePassword } from "@/lib/launch/databases";
import { prepareFolders } from "@/lib/launch/folders";
import { loadPasswords } from "@/lib/launch/passwords";

/** The logins of each part that has any, by the variables that name them. */
const LOGINS: Readonly<Partial<Record<Part, Readonly<Record<string, LoginRole>>>>> = {
  portal: { DATABASE_URL: "sealport_app_login" },
  worker: {
    DATABASE_URL: "sealport_worker_login",
    SEQUENCER_DATABASE_URL: "sealport_sequencer_login",
    RETENTION_DATABASE_URL: "sealport_retention_login",
  },
  signer: { SIGNER_DATABASE_URL: "sealport_signer_login" },
};

/** Returns a line of an environment file, which a shell, systemd and compose read alike: a URL may have `&`. */
export function variableLine(name: string, url: string): string {
  return `${name}='${url.replaceAll("'", "%27")}'`;
}

/**
 * Returns a part's database variables, a line each, for its environment file. The passwords are those that
 * `migrate` generated in this DATA_DIR. Throws OperatorError for a part without a login, and if the server has other
 * passwords.
 */
export async function databaseUrls(env: LaunchEnv, part: Part): Promise<string[]> {
  const logins = LOGINS[part];
  if (logins === undefined) throw new OperatorError(`the ${part} has no login at the database`);
  const { DATABASE_ADMIN_URL: adminUrl, DATABASE_NAME: database } = env;
  if (adminUrl === undefined)
    throw new OperatorError("set DATABASE_ADMIN_URL and DATA_DIR as for npm run migrate");
  const passwords = await loadPasswords(await prepareFolders(env.DATA_DIR));
  const urls = Object.entries(logins).map(
    ([name, user]) => [name, urlFor(adminUrl, { user, password: passwords[user] }, database)] as const,
  );
  for (const [, url] of urls) await requirePassword(url);
  return urls.map(([name, url]) => variableLine(name, url));
}
