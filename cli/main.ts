import { createSealport } from "@/lib/api-client/client/sealport";
import { fromBase64url } from "@/lib/crypto/bytes";
import type { Connection, Cx, Given, Output, Target } from "./command";
import { describeFailure } from "./describe-failure";
import { EXIT } from "./exit";
import { helpFor } from "./help";
import { type Host, hostOf } from "./host";
import { openOutput } from "./output";
import { parseCommandLine } from "./parse";
import { readTarget } from "./settings";
import { jsonLine, linesOf } from "./shown";
import { COMMANDS } from "./table";
import { VERSION } from "./version";

/** Time for one attempt. The portal seals up to 1,000 transactions before its answer begins. */
const TIMEOUT_MS = 120_000;
const RETRIES = 4;

/** Returns the connection for all API calls. A signed call names its key and does not send it. */
function connect({ url, apiKey, signing }: Target, send: typeof fetch = fetch): Connection {
  return createSealport({
    baseUrl: url,
    fetch: send,
    retries: RETRIES,
    timeoutMs: TIMEOUT_MS,
    ...(apiKey === undefined || signing !== undefined ? {} : { apiKey }),
    ...(signing === undefined
      ? {}
      : { signing: { keyId: signing.key_id, privateKey: fromBase64url(signing.private_key) } }),
  });
}

// The command line on the SDK (docs/guides/command-line.md): data on standard output, messages on standard error.

/** Ends the process quietly if the reader closes the pipe early. Completed calls are not undone. */
function endQuietlyWithoutReader(stream: NodeJS.WriteStream): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.brokenPipe);
    throw error;
  });
}

function endAtOnce(): void {
  const { stdin } = process;
  if (stdin.isTTY && stdin.isRaw) stdin.setRawMode(false);
  if (process.stderr.isTTY) process.stderr.write("\n");
  process.exit(EXIT.interrupted);
}

function contextOf(host: Host, out: Output, given: Given): Cx & { readonly url: () => string | undefined } {
  let known: Target | undefined;
  const target = (): Target => {
    known ??= readTarget({ host, given });
    return known;
  };
  return {
    host,
    out,
    commands: COMMANDS,
    target,
    connect: (send) => connect(target(), send),
    url: () => known?.url,
  };
}

function shownStack(error: unknown): string {
  return linesOf(error instanceof Error ? (error.stack ?? error.message) : String(error)).join("\n");
}

function tell(error: unknown, isJson: boolean, url: string | undefined): number {
  if (process.env.SEALPORT_DEBUG === "1") process.stderr.write(`${shownStack(error)}\n`);
  const failure = describeFailure(error, url);
  const text = isJson ? jsonLine(failure.document) : failure.lines.join("\n");
  process.stderr.write(`${text}\n`);
  return failure.exit;
}

async function run(argv: readonly string[]): Promise<number> {
  const host = hostOf(process);
  const isJson = argv.includes("--json");
  let url: string | undefined;
  try {
    const parsed = parseCommandLine(argv, COMMANDS);
    if (parsed.kind === "version") host.stdout.write(`${VERSION}\n`);
    if (parsed.kind === "help") {
      const { path, isAsked } = parsed;
      (isAsked ? host.stdout : host.stderr).write(helpFor(path, COMMANDS));
      return isAsked ? EXIT.done : EXIT.usage;
    }
    if (parsed.kind !== "run") return EXIT.done;
    const { command, given } = parsed;
    const out = openOutput(host, { json: given.flag("json"), quiet: given.flag("quiet") });
    const cx = contextOf(host, out, given);
    try {
      return (await command.run(cx, given)) ?? EXIT.done;
    } finally {
      out.progress(undefined);
      url = cx.url();
    }
  } catch (error) {
    return tell(error, isJson, url);
  }
}

process.on("SIGINT", endAtOnce);
endQuietlyWithoutReader(process.stdout);
endQuietlyWithoutReader(process.stderr);
process.exitCode = await run(process.argv.slice(2));
