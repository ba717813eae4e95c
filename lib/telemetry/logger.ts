// The room telemetry: logs, metrics and traces. This file makes loggers, metrics/ counts, tracing/ makes spans, and
// incoming.ts notes a caller's own address and request id. Secret members are left out of logs. An error is logged by
// name, code and frames, never by its message, which may have values.

import "server-only";
import pino from "pino";
import { counter } from "@/lib/telemetry/metrics/registry";
import { PROCESS_INSTANCE } from "@/lib/telemetry/process-slot";
import { noteAlarm } from "@/lib/telemetry/recent-alarms";

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
  const code: unknown = Reflect.get(error, "sqlState") ?? Reflect.get(error, "code");
  return typeof code === "string" ? code : undefined;
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

const alarmEvents = counter("sealport_alarm_events_total");

/** Every line has a name: its alarm, the name that it was given, or `message`. Lines with an alarm are counted. */
function nameOf(fields: object): { readonly name: string } {
  const alarm: unknown = "alarm" in fields ? fields.alarm : undefined;
  if (typeof alarm !== "string") return { name: "message" };
  alarmEvents(1, alarm);
  noteAlarm(alarm);
  return { name: alarm };
}

/** Pino takes an error's message for a line without one. Messages of errors may have values, so they are not logged. */
function withoutMessage(args: Parameters<pino.LogFn>): Parameters<pino.LogFn> {
  const [first] = args;
  const fields: unknown = first;
  if (fields instanceof Error) return [{ err: fields }, args[1] ?? "failed"];
  const isAlone = args.length === 1 && typeof fields === "object" && fields !== null;
  return isAlone && "err" in fields ? [fields, "failed"] : args;
}

/** Called with the members of each line that carries an alarm. */
export type OnAlarm = (facts: object) => void;

/** Passes a line that carries an alarm on. */
function passAlarm(facts: unknown, onAlarm: OnAlarm | undefined): void {
  if (typeof facts === "object" && facts !== null && "alarm" in facts) onAlarm?.(facts);
}

function optionsOf(process: string, level: string, onAlarm?: OnAlarm): pino.LoggerOptions {
  return {
    level,
    base: { process, instance: PROCESS_INSTANCE },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: nameOf,
    hooks: {
      logMethod(args, method) {
        passAlarm(args[0], onAlarm);
        method.apply(this, withoutMessage(args));
      },
    },
    serializers: { err: describeError },
  };
}

/**
 * The structured log of one process: JSON lines on standard output, each with time, level, process, instance, name and
 * msg, and with request_id where it belongs to a request.
 */
export function createLogger(
  process: string,
  level: string,
  destination?: pino.DestinationStream,
  onAlarm?: OnAlarm,
): Logger {
  const redact = { paths: REDACTED.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" };
  const options = { ...optionsOf(process, level, onAlarm), redact };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/**
 * The same for the lines of requests, whose members are fixed and safe. Searching each for secret members would take
 * 19 µs of CPU time, four times as long as the line itself.
 */
export function createRequestLogger(
  process: string,
  level: string,
  destination?: pino.DestinationStream,
): Logger {
  const options = optionsOf(process, level, undefined);
  return destination === undefined ? pino(options) : pino(options, destination);
}
