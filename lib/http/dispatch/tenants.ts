import "server-only";
import type { IncomingMessage } from "node:http";
import { portalEnv } from "@/lib/env";
import { runForTenant } from "@/lib/env/served-tenant";
import { readTenants, tenantOfCall } from "@/lib/env/tenants";
import { siteOf } from "@/lib/identity/sign-in/site";

// The portal's server asks here whose call has come, before it hands it to an endpoint or to Next. scripts/server is not
// part of the build, so what it asks is kept on globalThis, as the API is (slot.ts).
const SLOT = Symbol.for("sealport.tenants");

/** Each tenant's jobs, watch and streams listen for the end of the process. */
const LISTENERS = 4;

/** Runs the answer of a call for its tenant and returns true; false for a call whose host no tenant has. */
type Enter = (call: IncomingMessage, answer: () => void) => boolean;

/**
 * Reads the further tenants of this portal and lets the server find the tenant of each call by its host name. Returns for
 * each of them a function that runs something for it. A portal without such tenants answers at every host name.
 */
export function serveTenants(): readonly ((run: () => unknown) => void)[] {
  const env = portalEnv();
  const tenants = readTenants(env.TENANTS_DIR, process.env);
  if (tenants.length === 0) return [];
  process.setMaxListeners(process.getMaxListeners() + LISTENERS * tenants.length);
  const own = siteOf(env).origins.map((origin) => new URL(origin).hostname);
  const enter: Enter = ({ headers: { host = "" }, url = "/" }, answer) => {
    const tenant = tenantOfCall(tenants, own, { host, url });
    if (tenant === undefined) return false;
    if (tenant === "own") answer();
    else runForTenant(tenant, answer);
    return true;
  };
  Reflect.set(globalThis, SLOT, enter);
  return tenants.map((tenant) => (run: () => unknown) => void runForTenant(tenant, run));
}
