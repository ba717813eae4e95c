import type { StandingAuthority } from "@/lib/access/legal-authorities/use-store";
import type { AuthorizationState, RequestState } from "@/lib/access/requests/schema";

const LIVE: ReadonlySet<AuthorizationState> = new Set<AuthorizationState>([
  "submitted",
  "signature_verified",
  "legal_review",
  "attested",
  "approved",
  "active",
]);
/** The request ended without a grant, or its grant and its request are closed. */
const OVER: ReadonlySet<RequestState> = new Set<RequestState>([
  "withdrawn",
  "denied",
  "expired_unreviewed",
  "closed",
]);

type Ending = Extract<AuthorizationState, "closed" | "expired" | "exhausted">;

/** Whether its grant has ended, also before any job has recorded the end. */
function isGrantOver(one: StandingAuthority, nowMs: number): boolean {
  if (one.grant_id === null) return false;
  const isPast = one.not_after !== null && one.not_after.getTime() <= nowMs;
  return one.has_grant_ended === true || one.is_grant_used_up === true || isPast;
}

/**
 * Returns the state that a legal authority reaches by the clock or by use; undefined when it does not change. Time
 * spans are half-open. No decision waits for this: each decision reads the dates and the grant itself.
 */
export function authorizationEnd(one: StandingAuthority, now: Date): Ending | undefined {
  if (one.state === "draft" || one.state === "closed") return undefined;
  if (OVER.has(one.request_state)) return "closed";
  if (!LIVE.has(one.state)) return undefined;
  if (one.valid_until <= now) return "expired";
  const isUsed = one.state === "active" && one.is_single_use && isGrantOver(one, now.getTime());
  return isUsed ? "exhausted" : undefined;
}
