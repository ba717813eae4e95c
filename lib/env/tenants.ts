import "server-only";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { readInstanceFile } from "@/lib/env/instance-file";
import type { ServedTenant } from "@/lib/env/served-tenant";
import { OperatorError } from "@/lib/errors";

// Several tenants on one portal. TENANTS_DIR names a folder that has a file NAME.env for each further tenant: where its
// keys, its files and its instance file are. What a file may not name is the process's own, the same for all.

/** Variables that are never taken from the process: a tenant without its own must not get another's. */
const APART =
  /^(?:INSTANCE_FILE|TENANT_ID|LOG_ORIGIN|LOG_VKEY|PORTAL_ORIGIN|CUSTODIAN_(?:URL|VKEY)|SIGNER_URL|WITNESS(?:ES|_URL|_VKEY|_POLICY)|CLOSED_LOGS|FORMER_WITNESSES|KEY_DIR|DATA_DIR|KEK_FILE|KEK_PASSPHRASE|SEALPORT_CUSTODY|VAULT_[A-Z]+|PKCS11_(?:PIN|ENV)|SETUP_TOKEN|DEMO_FILE|SYSLOG_(?:URL|CA))(?:_FILE)?$/;
/** Variables that a tenant may have of its own. */
const CHOSEN =
  /^(?:DATABASE_(?:LISTEN_|REPLICA_)?URL|SMTP_URL|SMTP_FROM|RATE_BUDGETS|EXPORT_KEEP_DAYS|KEY_ROTATION_DAYS|TSA_[A-Z_]+)(?:_FILE)?$/;
/** Other ways to the database of DATABASE_URL. A tenant with a database of its own does not get another's. */
const WAYS = /^DATABASE_(?:LISTEN|REPLICA)_URL(?:_FILE)?$/;
const FILE = /^([a-z0-9][a-z0-9-]{0,62})\.env$/;

type Variables = Readonly<Record<string, string | undefined>>;

/** Folders, however their paths are written. Two tenants may not have one of them, nor one id or log. */
const FOLDERS = ["INSTANCE_FILE", "KEY_DIR", "DATA_DIR"] as const;
const IDS = ["TENANT_ID", "LOG_ORIGIN"] as const;

/** Returns an id that a tenant's instance file or variable gives. */
function idOf(id: (typeof IDS)[number], { INSTANCE_FILE, [id]: given }: Variables): string | undefined {
  if (INSTANCE_FILE === undefined) return given;
  const { tenant, origin } = readInstanceFile(INSTANCE_FILE).instance;
  return id === "TENANT_ID" ? tenant : origin;
}

function hostOf(name: string, { INSTANCE_FILE, PORTAL_ORIGIN }: Variables): string {
  const origin =
    INSTANCE_FILE === undefined ? PORTAL_ORIGIN : readInstanceFile(INSTANCE_FILE).instance.portal;
  if (origin === undefined || !URL.canParse(origin))
    throw new OperatorError(`TENANTS_DIR: ${name}.env needs INSTANCE_FILE or PORTAL_ORIGIN`);
  return new URL(origin).hostname;
}

function pathIn({ variables }: ServedTenant, variable: (typeof FOLDERS)[number]): string | undefined {
  const given = variables[variable];
  return given === undefined ? undefined : path.resolve(given);
}

/** Returns the tenant of one file. Throws OperatorError that names the file and the variable. */
function readTenantFile(file: string, own: Variables): ServedTenant {
  const name = FILE.exec(path.basename(file))?.[1];
  if (name === undefined)
    throw new OperatorError(`A tenant's file is called NAME.env: ${path.basename(file)}`);
  let given: Variables;
  try {
    given = parseEnv(readFileSync(file, "utf8"));
  } catch {
    throw new OperatorError(`TENANTS_DIR: ${name}.env cannot be read`);
  }
  const other = Object.keys(given).find((variable) => !APART.test(variable) && !CHOSEN.test(variable));
  if (other !== undefined)
    throw new OperatorError(`TENANTS_DIR: ${name}.env must not set ${other}, which all tenants share`);
  const shared = Object.entries(own).filter(
    ([variable]) => !APART.test(variable) && variable !== "TENANTS_DIR" && variable !== "METRICS_URL",
  );
  const chosen = Object.keys(given).map((variable) => variable.replace(/_FILE$/, ""));
  const hasOwnDatabase = chosen.includes("DATABASE_URL");
  const kept = shared.filter(
    ([variable]) =>
      !chosen.includes(variable.replace(/_FILE$/, "")) && !(hasOwnDatabase && WAYS.test(variable)),
  );
  const variables = { ...Object.fromEntries(kept), ...given };
  return { name, host: hostOf(name, variables), variables };
}

/** Returns the files of a portal's further tenants, in order. Throws OperatorError for a folder that cannot be read. */
export function tenantFiles(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".env"));
    return names.sort().map((name) => path.join(folder, name));
  } catch {
    throw new OperatorError("TENANTS_DIR names a folder that cannot be read");
  }
}

/**
 * Returns the further tenants of a portal. Throws OperatorError where a file is wrong, or where two tenants have one
 * host name or one of these folders and ids.
 */
export function readTenants(folder: string | undefined, own: Variables): readonly ServedTenant[] {
  if (folder === undefined) return [];
  const tenants = tenantFiles(folder).map((file) => readTenantFile(file, own));
  const all = [
    { name: "the portal's own variables", host: hostOf("the portal", own), variables: own },
    ...tenants,
  ];
  const marks: readonly (readonly [string, (tenant: ServedTenant) => string | undefined])[] = [
    ["host name", ({ host }) => host],
    ...FOLDERS.map((variable) => [variable, (one: ServedTenant) => pathIn(one, variable)] as const),
    ...IDS.map((variable) => [variable, ({ variables }: ServedTenant) => idOf(variable, variables)] as const),
  ];
  for (const [what, markOf] of marks)
    for (const [at, one] of all.entries()) {
      const mark = markOf(one);
      const same = all.slice(0, at).find((before) => mark !== undefined && markOf(before) === mark);
      if (same !== undefined)
        throw new OperatorError(`TENANTS_DIR: ${same.name} and ${one.name} have the same ${what}`);
    }
  return tenants;
}

/** Probes of a load balancer name no tenant's host: the state of the process's own tenant is meant. */
const PROBES = /^\/(?:healthz|readyz)(?:\?|$)/;

/** A host name or address, with or without a port (RFC 9110 section 7.2). */
const HOST = /^(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;

/** Whose call this is: a further tenant, the portal's own (`own`), or no one's. */
export function tenantOfCall(
  tenants: readonly ServedTenant[],
  own: readonly string[],
  { host, url }: { readonly host: string; readonly url: string },
): ServedTenant | "own" | undefined {
  const name = HOST.test(host) && URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : "";
  const tenant = tenants.find((one) => one.host === name);
  if (tenant !== undefined) return tenant;
  return own.includes(name) || PROBES.test(url) ? "own" : undefined;
}
