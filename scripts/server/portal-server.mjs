import { createServer } from "node:http";
import { refusalOf } from "./refusal.mjs";

// The portal's http.Server: senders that are slow, cut or wrong end here, each with its answer and in bounded time.

const LIMITS = {
  /** Of all headers together, in bytes. */
  headerBytes: 16_384,
  headersMs: 10_000,
  /** A whole request, a 20 MB document over a slow line included. */
  requestMs: 60_000,
  /** Longer than the minute for which nginx and most other proxies keep a connection without a call: the proxy closes first. */
  keepAliveMs: 75_000,
  checkMs: 2_000,
  /** How long a refused sender may take to read its refusal before the connection is closed. */
  lingerMs: 1_000,
};

const REFUSALS = {
  HPE_HEADER_OVERFLOW: [431, "request.headers-too-large", "The headers are too large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "request.timeout", "The request took too long"],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "request.too-large", "The request is too large"],
};
const MALFORMED = [400, "request.malformed", "The request could not be read"];

/** A request that the parser refuses never reaches Next: it gets a problem document all the same. */
function refuse(error, socket, lingerMs) {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, code, title] = REFUSALS[error.code] ?? MALFORMED;
  const { headers, body } = refusalOf({ status, code, title, detail: `${title}.` });
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join("")}\r\n${body}`);
  // A sender that never ends its half would keep the connection open for ever.
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

/** Only `100-continue` can be met; Node would answer any other with an empty 417. */
function refuseExpectation(request, response) {
  const { status, headers, body } = refusalOf({
    status: 417,
    code: "request.expectation",
    title: "Expectation cannot be met",
    detail: "No expectation but 100-continue is met here (RFC 9110 section 10.1.1).",
    instance: (request.url ?? "/").split("?", 1)[0],
  });
  response.writeHead(status, headers);
  response.end(body);
}

/** Makes the server; `limits` are for tests. The caller adds the handler that answers. */
export function createPortalServer(limits = {}) {
  const { headerBytes, headersMs, requestMs, keepAliveMs, checkMs, lingerMs } = { ...LIMITS, ...limits };
  const server = createServer({
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: headerBytes,
    // Node would answer a request without a host with its own text: refuse-early.mjs answers it.
    requireHostHeader: false,
  });
  server.headersTimeout = headersMs;
  server.requestTimeout = requestMs;
  server.keepAliveTimeout = keepAliveMs;
  server.on("clientError", (error, socket) => refuse(error, socket, lingerMs));
  server.on("checkExpectation", refuseExpectation);
  return server;
}
