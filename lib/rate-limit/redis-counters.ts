import "server-only";
import { Redis } from "ioredis";
import { overStockRedis } from "@/lib/rate-limit/redis-scripts";
import { canDraw, type SharedCounters, sharedRatelimit } from "@/lib/rate-limit/shared-counters";

/** Milliseconds for which a server may stay silent after it accepted a connection. Then the connection is closed. */
const SILENCE_MS = 1_000;
const RETRY_MS = { first: 50, longest: 1_000 } as const;

export interface RedisOptions {
  /** `redis://` or, with TLS, `rediss://`; user, password and database as in redis-cli. */
  readonly url: string;
  /** Certificates in PEM that a `rediss://` server's is checked against, in place of the system's. */
  readonly ca?: string | undefined;
  /** How long a draw may take, in milliseconds; as designed by default. */
  readonly drawMs?: number | undefined;
  /** Called with a code when a connection fails: never a message, which may name addresses. */
  readonly onError?: ((code: string) => void) | undefined;
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const code = "code" in error ? error.code : undefined;
  // Redis begins its refusals with a word such as NOAUTH or WRONGPASS.
  return typeof code === "string" ? code : (/\b[A-Z]{4,}\b/.exec(error.message)?.[0] ?? error.name);
}

function connect({ url, ca, onError }: RedisOptions): Redis {
  const client = new Redis(url, {
    lazyConnect: true,
    // A draw that cannot be made now fails now, and is never made a second time after the connection is back.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    keepAlive: 10_000,
    connectionName: "sealport-limits",
    retryStrategy: (times) => Math.min(RETRY_MS.first * 2 ** Math.min(times, 10), RETRY_MS.longest),
    // After a failover the old primary gives this answer until the connection to it is closed.
    reconnectOnError: (error) => error.message.startsWith("READONLY"),
    ...(ca === undefined ? {} : { tls: { ca } }),
  });
  client.on("error", (error) => onError?.(codeOf(error)));
  return client;
}

/** Counters in Redis or Valkey. They connect at once and reconnect for ever; a single server, not a cluster. */
export function openRedisCounters(options: RedisOptions): SharedCounters {
  const client = connect(options);
  // Draws before the first connection wait for it, at most as long as a draw may take.
  const first = client.connect().catch(() => undefined);
  const scripts = overStockRedis({
    evalsha: async (...call) => {
      await first;
      return client.evalsha(...call);
    },
    eval: async (...call) => {
      await first;
      return client.eval(...call);
    },
  });
  return {
    kind: "redis",
    ratelimit: (name, budget) => sharedRatelimit(scripts, name, budget, options.drawMs),
    isUp: () => canDraw(scripts),
    close: () => client.disconnect(),
  };
}
