import type { ErrorCode } from "@/lib/error-codes";

/** Why something is refused: a stable id, the code of the answer, and a sentence for the caller. */
export interface Reason {
  readonly id: string;
  readonly code: ErrorCode;
  readonly detail: string;
}

export function reason(id: string, code: ErrorCode, detail: string): Reason {
  return { id, code, detail };
}
