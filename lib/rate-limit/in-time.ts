import "server-only";
import { setImmediate as nextTurn } from "node:timers/promises";

/** How long counting one call (a draw on a budget) may take; identity.md allows 250 to 500 ms. A longer draw is an error. */
export const DRAW_MS = 500;

/**
 * Returns the result of the work, or throws when it is late, so that a hung store cannot let calls pass. If this
 * process itself was busy, it first reads the answers that wait. An answer that has arrived is not late.
 */
export async function inTime<T>(work: Promise<T>, withinMs = DRAW_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const isUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, withinMs);
  });
  const late = isUp.then(async () => {
    await nextTurn();
    await nextTurn();
    throw new Error("the rate limiter's store did not answer in time");
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
