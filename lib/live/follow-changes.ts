import "server-only";
import type { Context } from "@/lib/context";
import { DomainError } from "@/lib/errors";
import type { LiveHub, Subscriber } from "@/lib/live/hub";

/** What a stream is given to write with. */
export type Sink = Omit<Subscriber, "principal" | "sessionId">;

/**
 * Follows what the caller may know of, until what comes back is called. For people who are signed in: a program asks
 * for what it wants to know, so that a key that was stolen cannot listen.
 */
export function followChanges(cx: Context, hub: LiveHub, sink: Sink): () => void {
  const { principal } = cx;
  if (principal.proof.kind !== "session") {
    throw new DomainError("auth.session-only", {
      detail: "Live updates are for people who are signed in; programs ask again.",
    });
  }
  return hub.join({ ...sink, principal, sessionId: principal.proof.sessionId });
}
