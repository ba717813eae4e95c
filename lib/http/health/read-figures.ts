import "server-only";
import type { Figures } from "@/lib/api-client/operations/figures";
import { findSealedCases } from "@/lib/audit/reading/sealed-store";
import { recordReadOnce } from "@/lib/audit/record/record-read";
import type { Context } from "@/lib/context/context";
import { onReplica } from "@/lib/db/replica";
import { inSnapshot } from "@/lib/db/transaction";
import { type FiguresRow, readFigures, readLogHours } from "@/lib/http/health/figures-store";
import type { Health } from "@/lib/http/health/judge-health";
import { type QueueFigures, readQueues } from "@/lib/http/health/queue-store";
import { readHealth } from "@/lib/http/health/read-health";
import packageFile from "@/package.json";

const DAY_MS = 86_400_000;

/** Names of hosts and versions help only those who run the instance. */
function forAdministrators({ principal }: Context, { processes }: FiguresRow) {
  if (principal.role !== "admin") return {};
  const seen = processes.map(({ name, at }) => ({ name, seen_at: at.toISOString() }));
  return { processes: seen, version: packageFile.version };
}

function queueView({ queue, depth, ageSeconds, failed }: QueueFigures): Figures["queues"][number] {
  return { queue, waiting: depth, oldest_s: depth === 0 ? 0 : Math.round(ageSeconds), failed };
}

function logView({ log }: Health, row: FiguresRow, hours: Figures["log"]["hours"]): Figures["log"] {
  return {
    entries: log.size,
    entries_today: row.entries_today,
    last_checkpoint_at: log.last_checkpoint_at,
    p99_ms: log.merge_delay?.p99 ?? null,
    hours,
  };
}

/**
 * Returns the figures of the operator's dashboard. They count and name no case; requests that are sealed from the caller
 * are not counted (I12). The read is logged once in ten minutes.
 */
export async function readOperatorFigures(cx: Context, days: number): Promise<Figures> {
  await recordReadOnce(cx, "system.figures");
  const health = await readHealth();
  const now = cx.clock.now();
  const { tenantId, log, keyRotationDays: rotationDays } = cx.instance;
  // Whole days in UTC, today included.
  const since = new Date(Math.floor(now.getTime() / DAY_MS) * DAY_MS - (days - 1) * DAY_MS);
  const found = await onReplica(cx, "status", (from) =>
    inSnapshot(from, async (tx) => {
      const sealed = await findSealedCases(tx, cx);
      const reader = { tenantId, log, sealed, since, now, rotationDays };
      return {
        row: await readFigures(tx, reader),
        hours: await readLogHours(tx, reader),
        queues: await readQueues(tx),
      };
    }),
  );
  const { row } = found;
  return {
    at: now.toISOString(),
    days,
    requests: row.requests,
    openings: row.openings,
    log: logView(health, row, found.hours),
    keys: { active: row.active, running: row.running, due: row.due, escrow_epoch: row.epoch },
    queues: found.queues.map(queueView),
    parts: health.parts.map(({ name, state }) => ({ name, state })),
    alarms: [...health.alarms],
    alerts: {
      open: row.open,
      critical: row.critical,
      unacknowledged: row.unacknowledged,
      addresses: row.addresses,
    },
    ...forAdministrators(cx, row),
  };
}
