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
  const { noteRequests } = await import("@/lib/telemetry/requests");
  const { createLogger, createRequestLogger } = await import("@/lib/telemetry/logger");
  const { keepMetrics } = await import("@/lib/ipc/serve-metrics");
  const { startTracing } = await import("@/lib/telemetry/tracing/spans");
  const { watchInstance } = await import("@/lib/http/health/instance-figures");
  const { portalEnv } = await import("@/lib/env");
  const { traceSettingsOf } = await import("@/lib/env/sight");
  const { getRuntime, provideRuntime } = await import("@/lib/runtime/slot");
  const { provideApi } = await import("@/lib/http/dispatch/slot");
  try {
    const env = portalEnv();
    const logger = createLogger("portal", env.LOG_LEVEL);
    noteRequests(env.TRUSTED_PROXIES, createRequestLogger("portal", env.LOG_LEVEL));
    await startTracing("portal", traceSettingsOf(env));
    keepMetrics("portal", env.METRICS_URL, logger);
    watchInstance();
  } catch (error) {
    endIfOperators(error);
    throw error;
  }
  // What a wrong environment ends is opened before the rest is loaded.
  provideRuntime(async () => {
    const { checkFoundation } = await import("@/lib/runtime/foundation");
    await checkFoundation();
    return import("@/lib/runtime/portal");
  });
  const { watchHealth } = await import("@/lib/http/health/watch-health");
  const begin = (): void => {
    getRuntime().catch(endIfOperators);
    void watchHealth();
  };
  begin();
  try {
    const { serveTenants } = await import("@/lib/http/dispatch/tenants");
    for (const enter of serveTenants()) enter(begin);
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

/** Logs an error of a page or route, which Next answers with its error page. Never its message or the address. */
export async function onRequestError(
  err: unknown,
  { headers }: { readonly headers: Readonly<Record<string, string | string[] | undefined>> },
  { routePath, routeType }: { readonly routePath: string; readonly routeType: string },
): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { getRuntime } = await import("@/lib/runtime/slot");
  const runtime = await getRuntime().catch(() => undefined);
  const fields = {
    name: "page.failed",
    request_id: headers["x-noted-request"],
    route: routePath,
    kind: routeType,
  };
  runtime?.logger.error({ ...fields, err }, "a page failed unexpectedly");
}
