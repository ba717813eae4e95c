import type { OpeningFacts } from "@/lib/access/rules/facts";
import type { Reason } from "@/lib/access/rules/reason";
import type { DecidingSet } from "@/lib/context/policies";
import { dateAfter, localTime, momentsOf, nextOpening } from "@/lib/organisations/hours";

/** Days after a moment that are tried, and moments that are tried in all. */
const DAYS_TRIED = 14;
const MOST_TRIED = 120;
const MINUTES_A_DAY = 1_440;
/** Reasons that a new proof lifts. */
const PROOFS: ReadonlySet<string> = new Set(["floor.step-up", "floor.unsigned-call", "floor.statement"]);

/** Whether a reason may end with time alone. */
function mayPass({ id }: Reason, { grant, now }: OpeningFacts): boolean {
  if (id === "floor.grant-time") return grant !== undefined && now < grant.notBefore;
  if (id === "floor.authorization-time")
    return grant?.authorization !== undefined && now < grant.authorization.validFrom;
  return id === "default.hours" || id === "policies.none" || id.startsWith("policy.");
}

/** Minutes of a day at which an answer may change: midnight, and those that the set names. */
function minutesOf(set: DecidingSet): number[] {
  const named = set.boundsOf("minute").flatMap((minute) => [minute, minute + 1]);
  return [0, ...named.filter((minute) => minute > 0 && minute < MINUTES_A_DAY)];
}

/** Returns dates that the set names as numbers, and the days after them. */
function datesOf(set: DecidingSet): string[] {
  return set.boundsOf("day").flatMap((day) => {
    const text = String(day).padStart(8, "0");
    const date = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
    return Number.isNaN(Date.parse(date)) ? [] : [date, dateAfter(date, 1).date];
  });
}

/** Returns moments from one on at which the policies may answer otherwise. */
function momentsFrom(from: Date, { office }: OpeningFacts, set: DecidingSet): number[] {
  const local = localTime(office.zone, from);
  if (local === undefined) return [];
  const days = Array.from({ length: DAYS_TRIED }, (_, ahead) => dateAfter(local.date, ahead).date);
  const minutes = minutesOf(set);
  const named = days.flatMap((date) =>
    minutes.flatMap((minute) => momentsOf(office.zone, date, minute * 60)),
  );
  const dates = datesOf(set).flatMap((date) => momentsOf(office.zone, date, 0));
  const own = office.weeklyHours === undefined ? undefined : nextOpening(office.weeklyHours, office, from);
  return [from.getTime(), ...(own === undefined ? [] : [own.getTime()]), ...named, ...dates].filter(
    (moment) => moment >= from.getTime(),
  );
}

function candidates(facts: OpeningFacts, set: DecidingSet): number[] {
  const { grant, now } = facts;
  const starts = [grant?.notBefore, grant?.authorization?.validFrom].filter(
    (start): start is Date => start !== undefined && start > now,
  );
  const ends = [grant?.notAfter, grant?.authorization?.validUntil].filter((end) => end !== undefined);
  const last = Math.min(...ends.map((end) => end.getTime()));
  const moments = [now, ...starts].flatMap((from) => momentsFrom(from, facts, set));
  return [...new Set(moments)]
    .filter((moment) => moment > now.getTime() && moment < last)
    .sort((one, other) => one - other)
    .slice(0, MOST_TRIED);
}

/**
 * Returns the next time at which all that refuses now would allow, if only the clock changes. It tries the moments at
 * which an answer may change: the start of the grant and of its authority, the next opening of the office, and the times
 * that the policies themselves name. Returns undefined when waiting does not help. `reasonsAt` decides without the proof
 * of identity, since each opening gives a new proof. Pure.
 */
export function nextPossible(
  facts: OpeningFacts,
  reasons: readonly Reason[],
  set: DecidingSet,
  reasonsAt: (facts: OpeningFacts) => readonly Reason[],
): Date | undefined {
  const lasting = reasons.filter(({ id }) => !PROOFS.has(id));
  if (lasting.length === 0 || !lasting.every((one) => mayPass(one, facts))) return undefined;
  for (const moment of candidates(facts, set)) {
    const at = new Date(moment);
    if (reasonsAt({ ...facts, now: at }).length === 0) return at;
  }
  return undefined;
}
