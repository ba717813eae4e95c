/** Next calls this once per server process before it answers. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== "nodejs") return;
  const { noteClientAddresses } = await import("@/lib/telemetry/client-address");
  const { portalEnv } = await import("@/lib/env");
  const { provideRuntime } = await import("@/lib/runtime/slot");
  noteClientAddresses(portalEnv().TRUSTED_PROXIES);
  provideRuntime(() => import("@/lib/runtime/portal"));
}
