import "server-only";
import type { Pool } from "pg";
import { openPool, type PoolOptions } from "@/lib/db/pool";

const MAX_CONNECTIONS = 4;

/** Connections of the counters alone: a draw must not wait behind the work that it meters. */
export function openLimitPool(options: Omit<PoolOptions, "applicationName" | "maxConnections">): Pool {
  return openPool({ ...options, applicationName: "sealport-portal-limits", maxConnections: MAX_CONNECTIONS });
}
