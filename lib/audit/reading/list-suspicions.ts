import "server-only";
import type { z } from "zod";
import type { Context } from "@/lib/context/context";
import type { SuspicionQuery } from "../people-schema";
import { recordReadOnce } from "../record/record-read";
import type { EventPage } from "../schema";
import { readPageOfEvents } from "./list-events";
import { logDetail, ofLog } from "./of-log";

/**
 * Returns recorded suspicions, newest first; those not in the tree yet come first. The fence of the log decides what
 * is shown. The read of the list is recorded in an entry that only the duty compliance sees. `log` names a closed log
 * to read instead; throws `audit.not-found` for any other.
 */
export async function listSuspicions(cx: Context, query: SuspicionQuery): Promise<z.infer<typeof EventPage>> {
  const from = ofLog(cx, query.log);
  await recordReadOnce(cx, "suspicion.read", { isSuspicion: true }, logDetail(cx, query.log));
  return readPageOfEvents(from, { ...query, action: "suspicion.note", waiting: "true" });
}
