import "server-only";
import type { Context } from "@/lib/context";
import { inSnapshot } from "@/lib/db/transaction";
import { seesEveryCase } from "../reading/filter";
import { readMinimum } from "../reading/store";
import { recordReadOnce } from "../record-read";
import type { Retention } from "./schema";
import { findLastPruning, readHolds, readPeriods } from "./store";

const SHOWN = 200;

/**
 * The configured periods, how far pruning went, and, for those who may know of every case, the holds in force: a
 * hold tells that somebody examines a transaction (I12).
 */
export async function getRetention(cx: Context): Promise<Retention> {
  await recordReadOnce(cx, "audit.retention");
  const { log, tenantId } = cx.instance;
  return inSnapshot(cx, async (tx) => ({
    ...(await readPeriods(tx)),
    minimum: await readMinimum(tx, log),
    last_pruning: await findLastPruning(tx, log),
    ...(seesEveryCase(cx) ? { holds: await readHolds(tx, tenantId, SHOWN) } : {}),
  }));
}
