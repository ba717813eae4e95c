import "server-only";
import type { InstanceFacts } from "@/lib/context/context";

/**
 * Returns the origin of the closed log that an entry is in, for callers who see the entry's number; null for the
 * present log or none.
 */
export function closedLog({ log }: Pick<InstanceFacts, "log">, of: string | null): string | null {
  return of === log ? null : of;
}
