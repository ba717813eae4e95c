import "server-only";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

/** Refusals that are written down: who may not, what is not there, and the person who would confirm his own. */
const RECORDED: readonly number[] = [401, 403, 404];

/** Runs a use case of the registry; a refusal is written down after rollback and awaited before it goes on. */
export async function recordingRefusals<T>(
  cx: Context,
  action: string,
  id: string | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof DomainError && RECORDED.includes(error.status))
      await recordEvent(cx, {
        class: "identity",
        outcome: "denied",
        action,
        subjects: [],
        details: { code: error.code, ...(id === undefined ? {} : { authority: id }) },
      });
    throw error;
  }
}
