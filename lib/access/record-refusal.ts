import "server-only";
import { reasonOf } from "@/lib/access/permit";
import { recordEvent } from "@/lib/audit/record-event";
import type { Context } from "@/lib/context";
import { DomainError } from "@/lib/errors";

/** What was tried, for the entry of a refusal. */
export interface Attempted {
  readonly action: string;
  readonly requestId?: string;
  readonly grantId?: string;
  readonly purpose?: string;
  readonly fields?: readonly string[];
}

function isRefusal(error: unknown): error is DomainError {
  return error instanceof DomainError && [401, 403, 404].includes(error.status);
}

/**
 * Runs a use case; a refusal of it is written down on another connection and awaited before it goes on to the
 * caller. The ids are those that were asked for, which may not exist.
 */
export async function recordingRefusals<T>(
  cx: Context,
  attempted: Attempted,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (isRefusal(error)) await recordRefusal(cx, attempted, error);
    throw error;
  }
}

async function recordRefusal(cx: Context, attempted: Attempted, error: DomainError): Promise<void> {
  const { action, requestId, grantId, purpose, fields } = attempted;
  await recordEvent(cx, {
    class: "access",
    outcome: "denied",
    action,
    subjects: [],
    ...(purpose === undefined ? {} : { purpose }),
    details: {
      code: error.code,
      reason: reasonOf(error),
      ...(requestId === undefined ? {} : { request: requestId }),
      ...(grantId === undefined ? {} : { grant: grantId }),
      ...(fields === undefined ? {} : { groups: [...fields] }),
    },
    index: {
      ...(requestId === undefined ? {} : { requestId }),
      ...(grantId === undefined ? {} : { grantId }),
    },
    access: { dataAccessed: [], success: false, error: error.code },
  });
}
