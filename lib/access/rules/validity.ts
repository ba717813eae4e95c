import { DAY_MS } from "@/lib/access/rules/limits";
import { endOfDate } from "@/lib/days";

const DEFAULT_GRANT_DAYS = 30;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** Returns the instant of a text that the schema has accepted, in whole seconds. A date begins at midnight UTC. */
export function startOf(text: string): Date {
  return wholeSeconds(new Date(DATE.test(text) ? `${text}T00:00:00Z` : text));
}

/** Returns the same for an end: validity is half-open, and an order valid until a date is valid on that day. */
export function endOf(text: string): Date {
  return DATE.test(text) ? wholeSeconds(endOfDate(text)) : startOf(text);
}

export function wholeSeconds(at: Date): Date {
  return new Date(Math.floor(at.getTime() / 1000) * 1000);
}

/** A span of time, half-open. */
export interface Window {
  readonly from: Date;
  readonly until: Date;
}

/** What limits a grant in time. */
export interface WindowInput {
  /** The moment of the decision. */
  readonly at: Date;
  readonly asked: { readonly from?: Date; readonly until?: Date };
  readonly authorization?: { readonly validFrom: Date; readonly validUntil: Date };
  /** The decider's own end, which may only be earlier. */
  readonly until?: Date;
}

function latest(...dates: readonly (Date | undefined)[]): Date {
  return new Date(Math.max(...dates.map((date) => date?.getTime() ?? Number.NEGATIVE_INFINITY)));
}

function earliest(...dates: readonly (Date | undefined)[]): Date {
  return new Date(Math.min(...dates.map((date) => date?.getTime() ?? Number.POSITIVE_INFINITY)));
}

/** Returns the latest end a decider may give: the requested end, else 30 days; never beyond the authorization. */
export function latestEnd(input: Omit<WindowInput, "until">): Date {
  const byDefault = new Date(input.at.getTime() + DEFAULT_GRANT_DAYS * DAY_MS);
  return wholeSeconds(earliest(input.asked.until ?? byDefault, input.authorization?.validUntil));
}

/** Signed statements have no earlier time (lib/crypto/instant.ts). */
const EARLIEST = new Date(0);

/** Returns when a grant decided now would be in force. The span may be empty; the caller refuses that. */
export function grantWindow(input: WindowInput): Window {
  return {
    from: wholeSeconds(latest(input.asked.from ?? input.at, input.authorization?.validFrom, EARLIEST)),
    until: wholeSeconds(earliest(latestEnd(input), input.until)),
  };
}
