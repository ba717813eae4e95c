import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { seesEveryCase } from "../reading/fence";
import { findSealedCases } from "../reading/sealed-store";
import { readMinimum } from "../reading/store";
import { recordReadOnce } from "../record/record-read";
import type { Retention } from "./schema";
import { findLastPruning, readHolds, readPeriods } from "./store";

const SHOWN = 200;

/** When and by which entry, and no number from which one could tell that something was held. */
function withoutCounts(last: Retention["last_pruning"]): Retention["last_pruning"] {
  return last === null ? null : { at: last.at, seq: last.seq };
}

/**
 * The configured periods, how far pruning went, and, for those who may know of every case, the holds in force and what
 * the last pruning left: a hold tells that somebody examines a transaction (I12).
 */
export async function getRetention(cx: Context): Promise<Retention> {
  await recordReadOnce(cx, "audit.retention");
  const { log } = cx.instance;
  const isDecider = seesEveryCase(cx);
  return inSnapshot(cx, async (tx) => {
    const last = await findLastPruning(tx, log);
    return {
      ...(await readPeriods(tx)),
      minimum: await readMinimum(tx, log),
      last_pruning: isDecider ? last : withoutCounts(last),
      ...(isDecider
        ? { holds: await readHolds(tx, cx.principal, await findSealedCases(tx, cx), SHOWN) }
        : {}),
    };
  });
}
