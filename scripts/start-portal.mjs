import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import next from "next";
import { compressedFiles, serveCompressed } from "./server/compressed.mjs";
import { directWay } from "./server/direct.mjs";
import { drainable } from "./server/drain.mjs";
import { floorHeaders } from "./server/floor-headers.mjs";
import { catchPlainText, lineWriter } from "./server/log-lines.mjs";
import { createPortalServer } from "./server/portal-server.mjs";
import { refusalOf } from "./server/refusal.mjs";
import { refuseEarly } from "./server/refuse-early.mjs";

// The portal: Next's production server on our own http.Server (server/portal-server.mjs), so that slow senders are cut
// and the drain is bounded. Plain JavaScript: it reaches the sources of lib only through the build.
// V8 collects old objects only after its heap has grown to a multiple. Growing by 30 % keeps a third less under load for 4 % more CPU
// (bench/README.md "Memory"). It bounds nothing.
setFlagsFromString("--heap-growing-percent=30");

const line = lineWriter(process.env.LOG_LEVEL);
catchPlainText(line);

/** A supervisor bounds the whole stop. Alone, a proxy that asks /readyz has time to notice. Both are less than a unit's ten seconds. */
const DRAIN =
  process.send === undefined ? { noticeMs: 2_000, wholeMs: 8_000 } : { noticeMs: 0, wholeMs: 3_000 };
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const hostname = process.env.HOST ?? "127.0.0.1";
const port = Number(process.env.PORT ?? "3000");

const server = createPortalServer();

const { saysLeaving, drain } = drainable(server);

let isEnding = false;
function end() {
  if (isEnding) return;
  isEnding = true;
  line("info", { name: "stop" }, "the process stops");
  drain(DRAIN, () => sendSpans().then(() => process.exit(0)));
}
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, end);
if (process.send !== undefined) process.on("disconnect", end);

process.chdir(root);
// Next takes the configuration that the build wrote: a release has no next.config.mjs, and its plugins load a compiler.
const { config } = JSON.parse(readFileSync(".next/required-server-files.json", "utf8"));
process.env.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
// Next listens for upgrades on the server it gets, and leaves those it does not know open without an answer or an end.
// Without such a listener on the server, a client that asks for another protocol is answered in this one.
const app = next({ dev: false, dir: root, hostname, port, httpServer: new EventEmitter() });
await app.prepare();
const handle = app.getRequestHandler();
const direct = directWay();

// Whose call this is, in a portal of several tenants. instrumentation.ts puts what knows it on globalThis
// (lib/http/dispatch/tenants.ts); a portal of one tenant has nothing there.
const SLOT = Symbol.for("sealport.tenants");

const NO_TENANT = {
  status: 400,
  code: "request.malformed",
  title: "The request could not be read",
  detail: "No portal here has this host name.",
};

/** Answers a call for the tenant whose portal has its host name, or refuses it where there is none. */
function forTenant(request, response, answer) {
  const enter = globalThis[SLOT];
  if (typeof enter !== "function") return answer();
  if (enter(request, answer)) return undefined;
  const { status, headers, body } = refusalOf(NO_TENANT);
  response.writeHead(status, headers).end(request.method === "HEAD" ? undefined : body);
  return undefined;
}

const compressed = compressedFiles(root);
function answer(request, response) {
  if (direct(request, response)) return;
  floorHeaders(response);
  if (serveCompressed(compressed, request, response)) return;
  handle(request, response).catch(() => {
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  });
}
server.on("request", (request, response) => {
  if (saysLeaving(request, response)) return;
  if (!refuseEarly(request, response)) forTenant(request, response, () => answer(request, response));
});
server.on("error", (error) => {
  process.stderr.write(
    `Error: the portal cannot listen on ${hostname}:${port} (${error.code ?? "failed"})\n`,
  );
  process.exit(1);
});
/** Sends the spans that wait (lib/telemetry/tracing/spans.ts). It ends with the drain at the latest. */
async function sendSpans() {
  await globalThis[Symbol.for("sealport.tracing")]?.tracer?.stop(300).catch(() => undefined);
}

/**
 * Makes the first call to Next from here: Next runs instrumentation.ts with it, which notes callers' addresses from then on
 * and ends this process on a bad environment. No caller's request may come before.
 */
async function warmUp() {
  const inner = createServer((request, response) => void handle(request, response));
  await new Promise((resolve) => inner.listen(0, "127.0.0.1", resolve));
  await fetch(`http://127.0.0.1:${inner.address().port}/healthz`).then((answer) => answer.arrayBuffer());
  inner.closeAllConnections();
  await new Promise((resolve) => inner.close(resolve));
}

await warmUp();
server.listen(port, hostname, () => {
  line("info", { name: "start", node: process.version }, "the process serves");
  process.send?.({ ready: true });
});
