import "server-only";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { seesEveryCase } from "../reading/fence";
import { findSealedCases } from "../reading/sealed-store";
import { readMinimum } from "../reading/store";
import { recordReadOnce } from "../record/record-read";
import type { Retention } from "./schema";
import { findLastPruning, findPeriodsVersion, readHolds, readPeriods } from "./store";

const SHOWN = 200;

/** Time and entry of a pruning, without any number that could reveal a hold. */
function withoutCounts(last: Retention["last_pruning"]): Retention["last_pruning"] {
  return last === null ? null : { at: last.at, seq: last.seq };
}

/**
 * Returns the periods, the version of the policies that sets them, and how far pruning went. Callers who may know of every case also see the holds in
 * force and what the last pruning kept: a hold reveals that an agency examines a transaction (I12).
 */
export async function getRetention(cx: Context): Promise<Retention> {
  await recordReadOnce(cx, "audit.retention");
  const { log } = cx.instance;
  const isDecider = seesEveryCase(cx);
  return inSnapshot(cx, async (tx) => {
    const last = await findLastPruning(tx, log);
    return {
      version: await findPeriodsVersion(tx, cx.instance.tenantId),
      ...(await readPeriods(tx)),
      minimum: await readMinimum(tx, log),
      last_pruning: isDecider ? last : withoutCounts(last),
      ...(isDecider
        ? { holds: await readHolds(tx, cx.principal, await findSealedCases(tx, cx), SHOWN) }
        : {}),
    };
  });
}
