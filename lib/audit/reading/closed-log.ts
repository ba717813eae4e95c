import "server-only";
import type { InstanceFacts } from "@/lib/context/context";

/** Origin of the closed log that an entry is in, for whoever is told its number; null for the present log, or none. */
export function closedLog({ log }: Pick<InstanceFacts, "log">, of: string | null): string | null {
  return of === log ? null : of;
}
