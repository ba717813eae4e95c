import "server-only";
import { fixedClock } from "@/lib/clock";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { DomainError } from "@/lib/errors";
import type { DisputeBench, DisputePerson } from "@/lib/testing/benches/dispute-bench";

/** Why a party disputes. Tests search for these words only where they must not appear. */
export const REASON = "The invoice is for another job than the one we ordered.";

/** Returns a dispute that the client, or the named person, has just opened. */
export async function openedDispute(
  bench: DisputeBench,
  by: DisputePerson = bench.client,
): Promise<{ id: string; tx: string }> {
  const tx = await bench.transaction(by);
  const { id } = await openDispute(by, tx, NewDispute.parse({ reason: REASON }));
  return { id, tx };
}

/** Returns the same, taken by support. */
export async function takenDispute(bench: DisputeBench): Promise<{ id: string; tx: string; grant: string }> {
  const { id, tx } = await openedDispute(bench);
  const { grant } = await takeDispute(bench.support, { id });
  return { id, tx, grant: grant?.id ?? "" };
}

/** Returns the person while the custodian is unavailable. */
export function away<T extends DisputePerson>(who: T): T {
  const gone = () => Promise.reject(new DomainError("custodian.unavailable"));
  return { ...who, escrow: { ...who.escrow, submitGrant: gone, revoke: gone, open: gone } };
}

/** Returns the person this many days from now. */
export function later<T extends DisputePerson>(who: T, days: number): T {
  return { ...who, clock: fixedClock(new Date(Date.now() + days * 86_400_000)) };
}
