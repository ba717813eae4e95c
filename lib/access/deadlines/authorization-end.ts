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
/** The request came to nothing, or all that came of it has been closed. */
const OVER: ReadonlySet<RequestState> = new Set<RequestState>([
  "withdrawn",
  "denied",
  "expired_unreviewed",
  "closed",
]);

type Ending = Extract<AuthorizationState, "closed" | "expired" | "exhausted">;

/** Whether its grant is at its end, also before anybody has written that down. */
function isGrantOver(one: StandingAuthority, nowMs: number): boolean {
  if (one.grant_id === null) return false;
  const isPast = one.not_after !== null && one.not_after.getTime() <= nowMs;
  return one.has_grant_ended === true || one.is_grant_used_up === true || isPast;
}

/**
 * The state that a legal authority has come to by the clock or by use; nothing when it stays as it is. Half-open as
 * everywhere. No decision waits for it: each reads the dates and the grant itself.
 */
export function authorizationEnd(one: StandingAuthority, now: Date): Ending | undefined {
  if (one.state === "draft" || one.state === "closed") return undefined;
  if (OVER.has(one.request_state)) return "closed";
  if (!LIVE.has(one.state)) return undefined;
  if (one.valid_until <= now) return "expired";
  const isUsed = one.state === "active" && one.is_single_use && isGrantOver(one, now.getTime());
  return isUsed ? "exhausted" : undefined;
}
