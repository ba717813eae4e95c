import "server-only";

/**
 * Called first by every process that the supervisor spawns. `stop` drains and is given a bounded time; it
 * runs on SIGTERM, on SIGINT, and when the supervisor's pipe closes, which its kill -9 causes too.
 */
export function endWithSupervisor(stop: () => Promise<void> = async () => undefined, drainMs = 3_000): void {
  let isEnding = false;
  const end = (code: number): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(code), drainMs).unref();
    stop().then(
      () => process.exit(code),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", () => end(0));
  process.on("SIGINT", () => end(0));
  if (process.send !== undefined) {
    process.on("disconnect", () => end(0));
    if (!process.connected) end(0);
  }
}

/** Reports to the supervisor that this process serves. Without a supervisor it does nothing. */
export function reportReady(): void {
  process.send?.({ ready: true });
}
