import { Agent, type IncomingMessage, type RequestListener, request } from "node:http";
import { createServer as createSecureServer } from "node:https";

/** Where the proxy calls the portals from: another address than that of any caller. */
export const PROXY_ADDRESS = "127.0.0.9";

export interface ProxyOptions {
  readonly port: number;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer };
  /** Ports of the portals, called in turn. */
  readonly portals: readonly number[];
}

export interface EdgeProxy {
  /** How many calls each portal got. */
  readonly calls: readonly number[];
  close(): Promise<void>;
}

/** Adds the caller to what came in X-Forwarded-For, as nginx and HAProxy do. */
function forwarded({ headers, socket }: IncomingMessage): string {
  return [headers["x-forwarded-for"] ?? [], socket.remoteAddress ?? "unknown"].flat().join(", ");
}

/** Starts a proxy that ends TLS and gives one call after the other to the next portal. */
export async function startProxy({ port, tls, portals }: ProxyOptions): Promise<EdgeProxy> {
  const agent = new Agent({ keepAlive: true });
  const calls = portals.map(() => 0);
  let turn = 0;
  const answer: RequestListener = (incoming, outgoing) => {
    const at = turn % portals.length;
    turn += 1;
    calls[at] = (calls[at] ?? 0) + 1;
    const headers = {
      ...incoming.headers,
      "x-forwarded-for": forwarded(incoming),
      "x-forwarded-proto": "https",
    };
    const { method, url } = incoming;
    const onward = request({
      ...{ host: "127.0.0.1", port: portals[at], localAddress: PROXY_ADDRESS },
      ...{ agent, method, path: url, headers },
    });
    onward.on("response", (response) => {
      outgoing.writeHead(response.statusCode ?? 502, { ...response.headers, "x-portal": String(at + 1) });
      response.pipe(outgoing);
      response.on("error", () => outgoing.destroy());
    });
    onward.on("error", () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    });
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  };
  const server = createSecureServer(tls, answer);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    calls,
    close: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
