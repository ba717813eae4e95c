import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import next from "next";
import { compressedFiles, serveCompressed } from "./compressed.mjs";
import { refuseMethod } from "./refuse-method.mjs";

// The portal: Next's production server on an http.Server of ours, so that slow senders are cut and the drain
// is bounded. Plain JavaScript: the sources of lib are reached only through the build.
const DRAIN_MS = 3_000;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const hostname = process.env.HOST ?? "127.0.0.1";
const port = Number(process.env.PORT ?? "3000");

const server = createServer({ connectionsCheckingInterval: 2_000, maxHeaderSize: 16_384 });
// Time for the headers, and for a whole request, a 20 MB document over a slow line included.
server.headersTimeout = 10_000;
server.requestTimeout = 60_000;
server.keepAliveTimeout = 10_000;
server.maxRequestsPerSocket = 10_000;

const TITLES = {
  400: "The request could not be read",
  408: "The request took too long",
  431: "The headers are too large",
};

/** What the parser refuses never reaches Next: a problem document all the same. */
server.on("clientError", (error, socket) => {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? 431 : error.code === "ERR_HTTP_REQUEST_TIMEOUT" ? 408 : 400;
  const body = JSON.stringify({
    type: "about:blank",
    title: TITLES[status],
    status,
    code: "request.malformed",
  });
  socket.end(
    `HTTP/1.1 ${status} ${TITLES[status]}\r\nContent-Type: application/problem+json\r\nCache-Control: no-store\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
});

let isEnding = false;
function end() {
  if (isEnding) return;
  isEnding = true;
  setTimeout(() => {
    server.closeAllConnections();
    process.exit(0);
  }, DRAIN_MS);
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  // What was busy a moment ago, as a stream of updates is, is idle now and would be waited for.
  setInterval(() => server.closeIdleConnections(), 100).unref();
}
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, end);
if (process.send !== undefined) process.on("disconnect", end);

process.chdir(root);
const app = next({ dev: false, dir: root, hostname, port, httpServer: server });
await app.prepare();
const handle = app.getRequestHandler();
const compressed = compressedFiles(root);
server.on("request", (request, response) => {
  if (isEnding) response.setHeader("connection", "close");
  if (refuseMethod(request, response) || serveCompressed(compressed, request, response)) return;
  handle(request, response).catch(() => {
    if (response.headersSent) response.destroy();
    else response.writeHead(500).end();
  });
});
server.on("error", (error) => {
  process.stderr.write(
    `Error: the portal cannot listen on ${hostname}:${port} (${error.code ?? "failed"})\n`,
  );
  process.exit(1);
});
server.listen(port, hostname, () => process.send?.({ ready: true }));
