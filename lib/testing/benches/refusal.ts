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
