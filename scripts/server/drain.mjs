import { Server } from "node:net";
import { floorHeaders } from "./floor-headers.mjs";

// How the portal's server ends without a failed call. First it says at /readyz that it is leaving, so that a proxy that
// asks there sends its calls elsewhere. It still answers every call, and each answer ends its connection. Then it takes no
// new connection, closes those without a call, and waits for the answers under way.

const READY = /^\/readyz(?:\?|$)/;
/** How long a connection without a call must be silent. A call may just be arriving. */
const SILENT_MS = 100;

/** What a server that is leaving says: a new connection for each call, and 503 at /readyz; true where it has answered. */
function sayLeaving(request, response) {
  response.setHeader("connection", "close");
  if (!READY.test(request.url ?? "")) return false;
  floorHeaders(response);
  response.writeHead(503, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(JSON.stringify({ ready: false }));
  return true;
}

/**
 * Watches the calls of a server from its beginning. `saysLeaving` answers a call in place of the server while it leaves;
 * `drain` makes it leave. Node's own closeIdleConnections would cut an answer that is written but not sent yet.
 */
export function drainable(server) {
  /** Bytes that each connection without a call had received when it was last looked at. */
  const waiting = new Map();
  let isLeaving = false;
  server.on("connection", (socket) => {
    waiting.set(socket, undefined);
    socket.once("close", () => waiting.delete(socket));
  });
  server.on("request", ({ socket }, response) => {
    waiting.delete(socket);
    response.once("close", () => {
      if (!socket.destroyed) waiting.set(socket, undefined);
    });
  });
  const closeSilent = () => {
    for (const [socket, before] of waiting)
      if (socket.bytesRead === before) socket.destroy();
      else waiting.set(socket, socket.bytesRead);
  };
  const closeDoors = (ended) => {
    // http.Server's close would call closeIdleConnections.
    Server.prototype.close.call(server, ended);
    closeSilent();
    setInterval(closeSilent, SILENT_MS).unref();
  };
  return {
    saysLeaving: (request, response) => isLeaving && sayLeaving(request, response),
    /** Leaves for `noticeMs`, then closes, `wholeMs` in all at most. Calls `ended` when no connection is left, or after that. */
    drain({ noticeMs, wholeMs }, ended) {
      isLeaving = true;
      setTimeout(() => {
        server.closeAllConnections();
        ended();
      }, wholeMs).unref();
      if (noticeMs === 0) closeDoors(ended);
      else setTimeout(closeDoors, noticeMs, ended);
    },
  };
}
