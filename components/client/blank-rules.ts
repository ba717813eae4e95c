/** When opened values go back to sealed. Pure: times come in, an answer goes out. */

/** Without a key, pointer or wheel for this long, opened values go blank. */
export const IDLE_MS = 5 * 60_000;
/** A page that was hidden for this long goes blank: another person may be at the screen when it is shown again. */
export const HIDDEN_MS = 60_000;
/** No call has confirmed the access for this long: a revocation could have been missed. */
export const UNSURE_MS = 10_000;
/** A smaller difference of two clocks is the time that the page took to arrive. */
const SKEW_MS = 60_000;

export type BlankReason =
  | "idle"
  | "hidden"
  | "restored"
  | "ended"
  | "revoked"
  | "session"
  | "unsure"
  | "closed";

/** What one opening has given, in memory only. `values` are the members of the answer's `data`. */
export interface Opened {
  /** The disclosure's id in the log. */
  readonly accessId: string;
  readonly transactionId: string;
  readonly values: Readonly<Record<string, unknown>>;
  /** Groups among them that the custodian masked. */
  readonly masked: readonly string[];
  readonly openedAt: string;
  /** The log entry of the outcome, from the receipt. */
  readonly entryId?: string;
  /** Whose signature the custodian took for it; absent where it was not asked. */
  readonly signedBy?: "passkey" | "portal";
  /** Absent where a party opened its own record. */
  readonly grant?: { readonly id: string; readonly reference: string; readonly until: string };
}

export interface Watch {
  readonly nowMs: number;
  readonly lastInputMs: number;
  readonly hiddenSinceMs: number | undefined;
  /** When the access was last known to hold; undefined while there is no doubt. */
  readonly sureAtMs: number | undefined;
}

/** Why everything goes blank now; undefined when it may stay. */
export function reasonForAll(watch: Watch): BlankReason | undefined {
  const { nowMs, lastInputMs, hiddenSinceMs, sureAtMs } = watch;
  if (hiddenSinceMs !== undefined && nowMs - hiddenSinceMs >= HIDDEN_MS) return "hidden";
  if (nowMs - lastInputMs >= IDLE_MS) return "idle";
  if (sureAtMs !== undefined && nowMs - sureAtMs >= UNSURE_MS) return "unsure";
  return undefined;
}

/** Whether the grant behind an opening has ended; a grant is over at its end, not after it. */
export function hasEnded(opened: Opened, serverNowMs: number): boolean {
  return opened.grant !== undefined && serverNowMs >= Date.parse(opened.grant.until);
}

/** How far this clock is from the server's; small differences count as none. */
export function skewOf(serverNowMs: number, browserNowMs: number): number {
  const skew = serverNowMs - browserNowMs;
  return Math.abs(skew) < SKEW_MS ? 0 : skew;
}

/** Whether a grant in this state still lets its openings be seen; one whose views are used up does. */
export function lasts(state: string): boolean {
  return state === "active" || state === "exhausted";
}
