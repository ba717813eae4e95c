/** Next calls this once per server process before it answers. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { noteClientAddresses } = await import("@/lib/telemetry/client-address");
  const { portalEnv } = await import("@/lib/env");
  const { provideRuntime } = await import("@/lib/runtime/slot");
  const { provideApi } = await import("@/lib/http/dispatch/slot");
  noteClientAddresses(portalEnv().TRUSTED_PROXIES);
  provideRuntime(() => import("@/lib/runtime/portal"));
  provideApi(async () => {
    const [{ createApi }, { ENDPOINTS }] = await Promise.all([
      import("@/lib/http/dispatch/dispatcher"),
      import("@/app/confidential/endpoints"),
    ]);
    return createApi(ENDPOINTS);
  });
}
