import { DomainError } from "@/lib/errors";

/** The refusal that an act ends with. Any other error goes on, and an act that succeeds is an error itself. */
export async function refusalOf(act: Promise<unknown>): Promise<DomainError> {
  try {
    await act;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

/** The problem code that an act is refused with, or `done` when it was not refused. */
export async function outcomeOf(act: Promise<unknown>): Promise<string> {
  try {
    await act;
    return "done";
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
