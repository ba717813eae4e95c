import "server-only";
import type { Pool } from "pg";
import { collectWith, type Figure } from "@/lib/telemetry/metrics/registry";
import { processSlot } from "@/lib/telemetry/process-slot";

const POOLS = processSlot<Set<Pool>>("pools", () => new Set());

/** Pools of one name count together. */
function poolFigures(): Figure[] {
  const sums = new Map<string, { used: number; idle: number; waiting: number; size: number }>();
  for (const pool of POOLS) {
    const name = String(pool.options.application_name ?? "other");
    const sum = sums.get(name) ?? { used: 0, idle: 0, waiting: 0, size: 0 };
    sum.used += pool.totalCount - pool.idleCount;
    sum.idle += pool.idleCount;
    sum.waiting += pool.waitingCount;
    sum.size += pool.options.max;
    sums.set(name, sum);
  }
  return [...sums].flatMap(([name, { used, idle, waiting, size }]): Figure[] => [
    ["sealport_pool_connections", used, name, "in_use"],
    ["sealport_pool_connections", idle, name, "idle"],
    ["sealport_pool_waiting", waiting, name],
    ["sealport_pool_size", size, name],
  ]);
}

/** Adds a pool's connections to the metrics, under its application name, until it ends. */
export function watchPool(pool: Pool): void {
  for (const one of POOLS) if (one.ended) POOLS.delete(one);
  POOLS.add(pool);
  collectWith("pools", poolFigures);
}
