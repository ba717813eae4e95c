import "server-only";
import { setImmediate as nextTurn } from "node:timers/promises";

/** How long a draw may take; identity.md allows 250 to 500 ms. What takes longer is an error. */
export const DRAW_MS = 500;

/**
 * What the work gives, or an error when it is not there in time: a hung store must not decide that all is well. A process
 * that was busy itself all that time reads what came meanwhile first: an answer that is there is not late.
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
