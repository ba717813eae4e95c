import { standingOf } from "@/lib/identity/sessions/principal";
import { isPrivileged } from "@/lib/identity/sessions/privileged";
import type { StoredSession } from "@/lib/identity/sessions/store";

export const SESSION_MS = 8 * 3_600_000;
export const IDLE_MS = 15 * 60_000;
/** Proof is fresh up to and including this age (RFC 9470 max_age). */
export const PROOF_SECONDS = 900;

/** Why a session is no longer valid for its person. */
export type SessionEnd = "ended" | "expired" | "idle" | "inactive" | "changed";

/**
 * Returns why a session is dead; undefined while it is live. Half-open: a session is dead at the instant it expires, or
 * once idle for 15 minutes.
 */
export function endOf(session: StoredSession, now: Date): SessionEnd | undefined {
  const { holder } = session;
  if (session.endedAt !== null) return "ended";
  if (now >= session.expiresAt) return "expired";
  if (!holder.isActive) return "inactive";
  if (session.standing !== standingOf(holder)) return "changed";
  if (isPrivileged(holder) && now.getTime() - session.lastSeenAt.getTime() >= IDLE_MS) return "idle";
  return undefined;
}

/** Returns whether a proof of that time is still fresh now. */
export function isFresh(at: Date | undefined, now: Date): boolean {
  if (at === undefined) return false;
  const age = now.getTime() - at.getTime();
  return age >= 0 && age <= PROOF_SECONDS * 1000;
}
