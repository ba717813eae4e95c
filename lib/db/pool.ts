import "server-only";
import type { Pool } from "pg";
import { createPool } from "@/lib/db/connection";

export interface PoolOptions {
  readonly url: string;
  /** The tenant whose rows these connections read and write. Without it a login finds no row. */
  readonly tenantId?: string | undefined;
  readonly applicationName?: string;
  readonly maxConnections?: number;
  /** How long a caller waits for a connection, in milliseconds; 2,000 by default. */
  readonly waitMs?: number;
  /** Called with the SQLSTATE or system code when the server drops an idle connection; never a message. */
  readonly onIdleError?: (code: string) => void;
}

/** Longer than any healthy pool takes, short enough for a caller who gets 503 (P2028, P1001). */
export const DEFAULT_WAIT_MS = 2_000;

/** Returns the SQLSTATE or system code of a failure; `unknown` if it has none. */
export function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : "unknown";
}

/** Returns a pool of connections that all begin alike. */
export function openPool(options: PoolOptions): Pool {
  const pool = createPool(options.url, {
    tenantId: options.tenantId,
    max: options.maxConnections ?? 10,
    application_name: options.applicationName ?? "sealport",
    connectionTimeoutMillis: options.waitMs ?? DEFAULT_WAIT_MS,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  });
  pool.on("error", (error) => options.onIdleError?.(codeOf(error)));
  return pool;
}
