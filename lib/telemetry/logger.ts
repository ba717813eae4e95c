// The room telemetry: logs and metrics. This file makes loggers, metrics.ts writes the metrics text, client-address.ts
// notes a caller's own address. Secret members are left out of logs. An error is logged by name, code and frames,
// never by its message, which may have values.

import "server-only";
import pino from "pino";

export type Logger = pino.Logger;

// Members that could ever carry a secret or a person's data, at the top and one level down.
const REDACTED = [
  "authorization",
  "cookie",
  "api_key",
  "apiKey",
  "password",
  "secret",
  "token",
  "body",
  "data",
  "headers",
  "plaintext",
  "privateKey",
  "email",
  "justification",
];

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function framesOf(error: Error): string[] {
  return (error.stack ?? "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12);
}

/**
 * An error as logs may show it: name, code and frames. Never the message: Prisma and pg print argument values
 * in theirs (environment.md "Prisma traps").
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = codeOf(error);
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name: error.name, ...(code === undefined ? {} : { code }), frames: framesOf(error), ...cause };
}

/** Called with the members of each line that carries an alarm. */
export type OnAlarm = (facts: object) => void;

/** Passes lines that carry an alarm on before they are written. */
function alarmHook(onAlarm: OnAlarm): pino.LoggerOptions["hooks"] {
  return {
    logMethod(args, method) {
      const [facts] = args as readonly unknown[];
      if (typeof facts === "object" && facts !== null && "alarm" in facts) onAlarm(facts);
      method.apply(this, args);
    },
  };
}

/** The structured log of one process, JSON lines on standard output. */
export function createLogger(
  process: string,
  level: string,
  destination?: pino.DestinationStream,
  onAlarm?: OnAlarm,
): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { process },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: describeError },
    redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    ...(onAlarm === undefined ? {} : { hooks: alarmHook(onAlarm) }),
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
