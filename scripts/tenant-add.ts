import { portalEnv } from "@/lib/env";
import { runForTenant } from "@/lib/env/served-tenant";
import { readTenants } from "@/lib/env/tenants";
import { OperatorError } from "@/lib/errors";
import { openSetup } from "./setup-link";

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
