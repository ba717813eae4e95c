import "server-only";
import { readInstanceFile } from "@/lib/env/instance-file";
import { tlsFilesOf } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";
import { type Part, usePartIdentity } from "@/lib/ipc/part-identity";
import { makeDataFolder } from "@/lib/keystore/files/atomic-file";
import { createLogger, type Logger } from "@/lib/telemetry/logger";

type PartEnv = {
  readonly LOG_LEVEL: Parameters<typeof createLogger>[1];
  readonly DATA_DIR?: string | undefined;
} & Parameters<typeof tlsFilesOf>[0];

/**
 * Begins a part: reads its variables and opens its log. A wrong variable ends the process with one line on stderr that
 * names it, a later failure with one fatal line in the log: the reason where the operator can mend it, else the error.
 */
export function beginPart<Env extends PartEnv>(
  name: Exclude<Part, "portal">,
  readEnv: () => Env,
): { readonly env: Env; readonly logger: Logger } {
  let logger: Logger | undefined;
  process.once("uncaughtException", (err) => {
    const reason = err instanceof OperatorError ? err.message : undefined;
    if (logger === undefined) process.stderr.write(`Error: ${reason ?? err.stack}\n`);
    else logger.fatal(reason === undefined ? { err } : { reason }, `the ${name} ends`);
    process.exit(1);
  });
  const env = readEnv();
  logger = createLogger(name, env.LOG_LEVEL);
  usePartIdentity(name, tlsFilesOf(env));
  makeDataFolder(env.DATA_DIR);
  const file = process.env.INSTANCE_FILE;
  if (file !== undefined) logger.info({ digest: readInstanceFile(file).digest }, "instance file");
  return { env, logger };
}

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
