import "server-only";
import { ownInstanceDigest } from "@/lib/env/instance-file";
import { traceSettingsOf } from "@/lib/env/sight";
import { tlsFilesOf } from "@/lib/env/tls";
import { OperatorError } from "@/lib/errors";
import { type Part, usePartIdentity } from "@/lib/ipc/part-identity";
import { keepMetrics } from "@/lib/ipc/serve-metrics";
import { makeDataFolder } from "@/lib/keystore/files/atomic-file";
import { createLogger, type Logger, type OnAlarm } from "@/lib/telemetry/logger";
import { startTracing, stopTracing } from "@/lib/telemetry/tracing/spans";

type PartEnv = {
  readonly LOG_LEVEL: Parameters<typeof createLogger>[1];
  readonly DATA_DIR?: string | undefined;
  readonly METRICS_URL?: string | undefined;
} & Parameters<typeof traceSettingsOf>[0] &
  Parameters<typeof tlsFilesOf>[0];

/**
 * Begins a part: reads its variables, opens its log and serves its metrics. A wrong variable ends the process with one line on stderr that
 * names it, a later failure with one fatal line in the log: the reason where the operator can mend it, else the error.
 */
export async function beginPart<Env extends PartEnv>(
  name: Exclude<Part, "portal">,
  readEnv: () => Env,
  onAlarm?: OnAlarm,
): Promise<{ readonly env: Env; readonly logger: Logger }> {
  let logger: Logger | undefined;
  process.once("uncaughtException", (err) => {
    const reason = err instanceof OperatorError ? err.message : undefined;
    if (logger === undefined) process.stderr.write(`Error: ${reason ?? err.stack}\n`);
    else
      logger.fatal({ name: "crash", ...(reason === undefined ? { err } : { reason }) }, `the ${name} ends`);
    process.exit(1);
  });
  const env = readEnv();
  logger = createLogger(name, env.LOG_LEVEL, undefined, onAlarm);
  usePartIdentity(name, tlsFilesOf(env));
  makeDataFolder(env.DATA_DIR);
  await startTracing(name, traceSettingsOf(env));
  keepMetrics(name, env.METRICS_URL, logger);
  const digest = ownInstanceDigest();
  if (digest !== undefined) logger.info({ digest }, "instance file");
  return { env, logger };
}

/**
 * Called first by every process that the supervisor spawns. `stop` drains and is given a bounded time; it
 * runs on SIGTERM, on SIGINT, and when the supervisor's pipe closes, which its kill -9 causes too.
 */
export function endWithSupervisor(logger: Logger, stop: () => Promise<void>, drainMs = 3_000): void {
  let isEnding = false;
  const end = (code: number): void => {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(code), drainMs).unref();
    Promise.all([stop(), stopTracing()]).then(
      () => {
        logger.info({ name: "stop" }, "the process stopped");
        process.exit(code);
      },
      (err: unknown) => {
        logger.error({ name: "stop", err }, "the process stopped with an error");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", () => end(0));
  process.on("SIGINT", () => end(0));
  if (process.send !== undefined) {
    process.on("disconnect", () => end(0));
    if (!process.connected) end(0);
  }
}

/** Reports in the log, and to the supervisor if there is one, that this process serves. */
export function reportReady(logger: Logger, facts: Readonly<Record<string, unknown>> = {}): void {
  logger.info({ name: "start", node: process.version, ...facts }, "the process serves");
  process.send?.({ ready: true });
}
