import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import type { LiveHub, Subscriber } from "@/lib/live/hub";

/** What a stream is given to write with. */
export type Sink = Omit<Subscriber, "principal" | "sessionId" | "since">;

/**
 * Follows what the caller may know of, until what comes back is called. For people who are signed in: a program asks
 * for what it wants to know, so that a key that was stolen cannot listen. `ageMs` is how long ago the page that
 * listens was asked for.
 */
export function followChanges(cx: Context, hub: LiveHub, sink: Sink, ageMs?: number): () => void {
  const { principal } = cx;
  if (principal.proof.kind !== "session") {
    throw new DomainError("auth.session-only", {
      detail: "Live updates are for people who are signed in; programs ask again.",
    });
  }
  const since = ageMs === undefined ? {} : { since: cx.clock.nowMs() - ageMs };
  return hub.join({ ...sink, ...since, principal, sessionId: principal.proof.sessionId });
}
