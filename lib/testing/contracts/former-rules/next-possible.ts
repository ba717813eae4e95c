import type { OpeningFacts } from "@/lib/access/rules/facts";
import type { Reason } from "@/lib/access/rules/reason";
import { nextOpening } from "@/lib/organisations/hours";
import { bindingHours } from "@/lib/testing/contracts/former-rules/default-rules";

/** A time that passes one rule may fail another. The search continues from such a time at most this many times. */
const MAX_STEPS = 4;

/** Returns when this reason ends with time; undefined when waiting does not help. */
function passesAt({ id }: Reason, facts: OpeningFacts): Date | undefined {
  const { grant, office, now } = facts;
  if (id === "floor.grant-time")
    return grant !== undefined && now < grant.notBefore ? grant.notBefore : undefined;
  if (id === "floor.authorization-time") {
    const from = grant?.authorization?.validFrom;
    return from !== undefined && now < from ? from : undefined;
  }
  if (id !== "default.hours") return undefined;
  const hours = bindingHours(facts);
  return hours === undefined ? undefined : nextOpening(hours, office, now);
}

function latestOf(times: readonly (Date | undefined)[]): Date | undefined {
  if (times.includes(undefined)) return undefined;
  return new Date(Math.max(...times.map((time) => time?.getTime() ?? 0)));
}

/**
 * Returns the next time at which all the rules would allow what they refuse now, if only the clock changes. Returns
 * undefined when waiting does not help, or when the grant or its authority ends before. `reasonsAt` are the rules
 * themselves, without the proof of identity, since each opening gives a new proof. Pure.
 */
export function nextPossible(
  facts: OpeningFacts,
  reasonsAt: (facts: OpeningFacts) => readonly Reason[],
): Date | undefined {
  let at = facts;
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const reasons = reasonsAt(at);
    if (reasons.length === 0) return step === 0 ? undefined : at.now;
    const latest = latestOf(reasons.map((one) => passesAt(one, at)));
    if (latest === undefined) return undefined;
    at = { ...at, now: latest };
  }
  return undefined;
}
