/** Faults of a keystore that no wait mends. A key service may only be away for a moment. */
const FOR_GOOD: readonly unknown[] = [
  undefined,
  "keystore.missing",
  "keystore.wrong-unlock",
  "keystore.damaged",
  "keystore.unusable",
];

/** Ends the portal with one line if the operator must mend its configuration. The next call may find other errors mended. */
function endIfOperators(error: unknown): void {
  if (!(error instanceof Error) || Reflect.get(error, "isForOperator") !== true) return;
  if (!FOR_GOOD.includes(Reflect.get(error, "code"))) return;
  process.stderr.write(`Error: ${error.message}\n`);
  process.exit(1);
}

/**
 * Next calls this once in a server process. start-portal.mjs makes a call for it before the portal listens, so that a bad
 * environment ends the portal at its start. The runtime is built at once too. If the database is away, the next call tries
 * again.
 */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { noteClientAddresses } = await import("@/lib/telemetry/client-address");
  const { portalEnv } = await import("@/lib/env");
  const { getRuntime, provideRuntime } = await import("@/lib/runtime/slot");
  const { provideApi } = await import("@/lib/http/dispatch/slot");
  try {
    noteClientAddresses(portalEnv().TRUSTED_PROXIES);
  } catch (error) {
    endIfOperators(error);
    throw error;
  }
  provideRuntime(() => import("@/lib/runtime/portal"));
  getRuntime().catch(endIfOperators);
  try {
    const { serveTenants } = await import("@/lib/http/dispatch/tenants");
    for (const enter of serveTenants()) enter(() => getRuntime().catch(endIfOperators));
  } catch (error) {
    endIfOperators(error);
    throw error;
  }
  provideApi(async () => {
    const [{ createApi }, { ENDPOINTS }] = await Promise.all([
      import("@/lib/http/dispatch/dispatcher"),
      import("@/app/confidential/endpoints"),
    ]);
    return createApi(ENDPOINTS);
  });
}
