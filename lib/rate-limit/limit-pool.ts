import "server-only";
import type { Pool } from "pg";
import { openPool, type PoolOptions } from "@/lib/db/pool";

const MAX_CONNECTIONS = 4;
/** A count need not outlive the server's crash; waiting for the disk, calls of one actor would queue behind each other. */
const UNWRITTEN = "options=-c%20synchronous_commit%3Doff";

/** Connections of the counters alone: a draw must not wait behind the work that it meters, nor for a disk. */
export function openLimitPool(options: Omit<PoolOptions, "applicationName" | "maxConnections">): Pool {
  const url = `${options.url}${options.url.includes("?") ? "&" : "?"}${UNWRITTEN}`;
  return openPool({
    ...options,
    url,
    applicationName: "sealport-portal-limits",
    maxConnections: MAX_CONNECTIONS,
  });
}
