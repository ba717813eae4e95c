import os from "node:os";

// The portal's log before and outside the build: lines in the schema of lib/telemetry/logger.ts. Next and Node write plain
// text to the console; it becomes lines too. Their text may have values of a failed call, so only information of Next
// (its banner) keeps its text, and errors are described by name, code and frames.

const LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];
const INSTANCE = `${os.hostname()}:${process.pid}`;
const MAX_TEXT = 200;

function errorFacts(error) {
  if (!(error instanceof Error)) return { name: typeof error };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return {
    name: error.name,
    ...(typeof error.code === "string" ? { code: error.code } : {}),
    ...(typeof error.digest === "string" ? { digest: error.digest } : {}),
    frames: frames.slice(0, 12),
    ...(error.cause === undefined ? {} : { cause: errorFacts(error.cause) }),
  };
}

/** Returns the function that writes a line if its level is high enough. */
export function lineWriter(lowest = "info", write = (text) => process.stdout.write(text)) {
  const floor = LEVELS.indexOf(lowest);
  return (level, fields, msg) => {
    if (LEVELS.indexOf(level) < floor) return;
    const time = new Date().toISOString();
    write(`${JSON.stringify({ level, time, process: "portal", instance: INSTANCE, ...fields, msg })}\n`);
  };
}

const METHODS = { log: "info", info: "info", debug: "debug", trace: "debug", warn: "warn", error: "error" };

function caught(level, args) {
  const error = args.find((arg) => arg instanceof Error);
  if (error !== undefined) return [{ name: "next", err: errorFacts(error) }, "next reported an error"];
  const isText = level === "info" && args.every((arg) => typeof arg === "string");
  if (isText) return [{ name: "next" }, args.join(" ").trim().slice(0, MAX_TEXT)];
  return [{ name: "next" }, `next wrote to the console: ${level}, its text is left out`];
}

/** Makes lines of what is written to the console, of Node's warnings, and of an error that ends the process. */
export function catchPlainText(line, { on = process, to = console } = {}) {
  for (const [method, level] of Object.entries(METHODS))
    to[method] = (...args) => {
      if (args.join("").trim() !== "") line(level, ...caught(level, args));
    };
  on.removeAllListeners("warning");
  on.on("warning", (warning) => line("warn", { name: "node", err: errorFacts(warning) }, "node warned"));
  on.on("uncaughtException", (error) => {
    line("fatal", { name: "crash", err: errorFacts(error) }, "the portal ends");
    on.exit(1);
  });
}
