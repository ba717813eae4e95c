import "server-only";
import type { z } from "zod";
import type { Context } from "@/lib/context/context";
import { recordReadOnce } from "../record/record-read";
import type { EventPage, SuspicionQuery } from "../schema";
import { readPageOfEvents } from "./list-events";
import { logDetail, ofLog } from "./of-log";

/**
 * Suspicions that were written down, newest first; those no tree has yet stand before. The fence of the log decides
 * what is there, and that the list was read is itself an entry for the duty compliance only. `log` names a closed log to
 * read instead; throws `audit.not-found` for any other.
 */
export async function listSuspicions(cx: Context, query: SuspicionQuery): Promise<z.infer<typeof EventPage>> {
  const from = ofLog(cx, query.log);
  await recordReadOnce(cx, "suspicion.read", { isSuspicion: true }, logDetail(cx, query.log));
  return readPageOfEvents(from, { ...query, action: "suspicion.note", waiting: "true" });
}
