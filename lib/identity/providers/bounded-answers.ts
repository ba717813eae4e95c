import "server-only";
import { Agent, type ClientRequestArgs } from "node:http";
import { type AgentOptions, Agent as SecureAgent } from "node:https";
import type { Duplex } from "node:stream";

// Answers of identity providers. Their servers are other people's, so size and time of each answer are limited.

export interface Bounds {
  readonly maxBytes: number;
  /** From the connection to the end of the answer. */
  readonly maxMs: number;
}

/** Configurations, key sets and tokens of the large providers have less than 64 KB. */
const BOUNDS: Bounds = { maxBytes: 256 * 1024, maxMs: 15_000 };

/** Ends a connection that brings too much, or that takes too long. Each call has its own. */
function bind(socket: Duplex | null | undefined, { maxBytes, maxMs }: Bounds): Duplex | null | undefined {
  if (socket === null || socket === undefined) return socket;
  let left = maxBytes;
  const late = setTimeout(() => socket.destroy(new Error("the answer took too long")), maxMs).unref();
  socket.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) socket.destroy(new Error("the answer is too large"));
  });
  socket.once("close", () => clearTimeout(late));
  return socket;
}

type Done = (error: Error | null, stream: Duplex) => void;

class BoundedAgent extends Agent {
  constructor(private readonly bounds: Bounds) {
    super({ keepAlive: false });
  }

  override createConnection(options: ClientRequestArgs, done?: Done) {
    return bind(super.createConnection(options, done), this.bounds);
  }
}

class BoundedSecureAgent extends SecureAgent {
  constructor(private readonly bounds: Bounds) {
    super({ keepAlive: false });
  }

  override createConnection(options: AgentOptions, done?: Done) {
    return bind(super.createConnection(options, done), this.bounds);
  }
}

/** Returns the options of one call, for openid-client. */
export function boundedOptions(bounds = BOUNDS): (url: URL) => { readonly agent: Agent } {
  const [plain, secure] = [new BoundedAgent(bounds), new BoundedSecureAgent(bounds)];
  return ({ protocol }) => ({ agent: protocol === "https:" ? secure : plain });
}

/** Fetches a JSON document within the bounds. Throws for one that is larger or later, for a redirect, and for no JSON. */
export async function fetchJson(address: string, { maxBytes, maxMs } = BOUNDS): Promise<unknown> {
  const response = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(maxMs) });
  const chunks: Uint8Array[] = [];
  let left = maxBytes;
  for await (const chunk of response.body ?? []) {
    left -= chunk.length;
    if (left < 0) throw new Error("the answer is too large");
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}
