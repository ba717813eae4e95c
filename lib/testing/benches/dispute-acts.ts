import "server-only";
import { fixedClock } from "@/lib/clock";
import { openDispute } from "@/lib/disputes/open-dispute";
import { NewDispute } from "@/lib/disputes/schema";
import { takeDispute } from "@/lib/disputes/take-dispute";
import { DomainError } from "@/lib/errors";
import type { DisputeBench, DisputePerson } from "@/lib/testing/benches/dispute-bench";

/** Why a party disputes; no test looks for its words but where they must not be. */
export const REASON = "The invoice is for another job than the one we ordered.";

/** A dispute that the client, or whoever is named, has just opened. */
export async function openedDispute(
  bench: DisputeBench,
  by: DisputePerson = bench.client,
): Promise<{ id: string; tx: string }> {
  const tx = await bench.transaction(by);
  const { id } = await openDispute(by, tx, NewDispute.parse({ reason: REASON }));
  return { id, tx };
}

/** The same, taken by support. */
export async function takenDispute(bench: DisputeBench): Promise<{ id: string; tx: string; grant: string }> {
  const { id, tx } = await openedDispute(bench);
  const { grant } = await takeDispute(bench.support, { id });
  return { id, tx, grant: grant?.id ?? "" };
}

/** The person while the custodian answers nobody. */
export function away<T extends DisputePerson>(who: T): T {
  const gone = () => Promise.reject(new DomainError("custodian.unavailable"));
  return { ...who, escrow: { ...who.escrow, submitGrant: gone, revoke: gone, open: gone } };
}

/** The person so many days from now. */
export function later<T extends DisputePerson>(who: T, days: number): T {
  return { ...who, clock: fixedClock(new Date(Date.now() + days * 86_400_000)) };
}
