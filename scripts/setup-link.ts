import { issueSetupLink } from "@/lib/administration/setup/setup-link";
import { uuidv7 } from "@/lib/crypto/uuid";
import { hasPortalEnv, portalEnv } from "@/lib/env";
import { runForTenant } from "@/lib/env/served-tenant";
import { readTenants } from "@/lib/env/tenants";
import { DomainError, OperatorError } from "@/lib/errors";
import { formatTime } from "@/lib/format";
import { runAsPortal } from "@/lib/launch/portal-environment";
import { openRuntime } from "@/lib/runtime/portal";

/**
 * Prints the link of the set-up, as the portal, and makes the tenant where it is new. Ends the process: pools keep
 * connections open.
 */
export async function openSetup(): Promise<never> {
  try {
    const runtime = await openRuntime();
    const cx = { ...runtime, client: {}, requestId: uuidv7(Date.now()), system: "setup" };
    const { link, expiresAt } = await issueSetupLink(cx);
    process.stdout.write(
      `Set it up here, until ${formatTime(expiresAt, { timeZone: "UTC", form: "minute" })}:\n  ${link}\n`,
    );
    process.exit(0);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    process.stderr.write(`Error: ${error.detail ?? error.title}\n`);
    process.exit(1);
  }
}

/** `sealport-op setup link`: prints the link of the set-up of the process's own tenant. */
export async function printSetupLink(): Promise<never> {
  // Next to `npm start` this process lacks the portal's environment: it starts itself again with it.
  if (!hasPortalEnv()) {
    const code = await runAsPortal("op.ts", ["setup", "link"]);
    if (code === undefined)
      throw new OperatorError("DATA_DIR has no instance, and the portal's variables are not set");
    process.exit(code);
  }
  return openSetup();
}

/**
 * `sealport-op tenant add NAME`: makes the tenant of TENANTS_DIR/NAME.env with its first entry, as a portal that serves it
 * would, and prints the link of its set-up. Running it again prints a new link. Ends the process.
 */
export async function addTenant(name: string): Promise<never> {
  const folder = portalEnv().TENANTS_DIR;
  if (folder === undefined) throw new OperatorError("set TENANTS_DIR, as for the portal");
  const tenant = readTenants(folder, process.env).find((one) => one.name === name);
  if (tenant === undefined) throw new OperatorError(`TENANTS_DIR has no ${name}.env`);
  process.stdout.write(`${tenant.name} is served at ${tenant.host}.\n`);
  return runForTenant(tenant, openSetup);
}
