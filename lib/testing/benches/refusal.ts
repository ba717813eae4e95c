import { DomainError } from "@/lib/errors";

/** Returns the refusal that an act ends with. Throws any other error, and throws if the act succeeds. */
export async function refusalOf(act: Promise<unknown>): Promise<DomainError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** Returns the problem code of an act's refusal, or `done` if it succeeded. */
export async function outcomeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "done";
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/**
 * Takes units of one budget with 200 calls at once. A call that finds the database busy tries again. Returns the units
 * left after each successful call, sorted, and the codes of the refusals.
 */
export async function takeAtOnce(
  take: () => Promise<number>,
): Promise<{ readonly left: readonly number[]; readonly refusals: ReadonlySet<string> }> {
  const left: number[] = [];
  const refusals = new Set<string>();
  const attempt = async (): Promise<void> => {
    for (;;) {
      const outcome = await take().catch((error: unknown) => {
        if (error instanceof DomainError) return error.code;
        throw error;
      });
      if (outcome === "service.database-unavailable") continue;
      if (typeof outcome === "number") left.push(outcome);
      else refusals.add(outcome);
      return;
    }
  };
  await Promise.all(Array.from({ length: 200 }, attempt));
  return { left: left.sort((a, b) => a - b), refusals };
}
