import { UNANSWERED } from "@/lib/access/deadlines/due";
import type { RequestState } from "@/lib/access/requests/schema";
import type { Principal } from "@/lib/context/principal";
import type { Duty } from "@/lib/vocabulary";

/** Duties that decide on a request. */
const READS: readonly Duty[] = ["legal", "approve"];

/** What decides whether the requester's typed facts are withheld from a reader. */
export interface BlindFacts {
  readonly state: RequestState;
  readonly isSent: boolean;
  readonly requesterUserId: string;
  /** The order is a JWS under a registered key, so no person retypes it. One signed by certificate is still retyped. */
  readonly isSigned: boolean;
  /** The reader has typed the facts themselves. */
  readonly hasRead: boolean;
}

/**
 * Returns whether a reader must read the order first: they could decide, the request waits for a decision, and they have
 * not typed its four facts. Then the facts as the requester and other deciders typed them are withheld. Pure.
 */
export function readsBlind(
  { userId, role, duties }: Pick<Principal, "userId" | "role" | "duties">,
  { state, isSent, requesterUserId, isSigned, hasRead }: BlindFacts,
): boolean {
  if (!isSent || !UNANSWERED.has(state) || isSigned || hasRead) return false;
  return readsOrders({ role, duties }) && requesterUserId !== userId;
}

/** Whether a person reads orders to decide on them. All others see what was typed of an order that they may know of. */
export function readsOrders({ role, duties }: Pick<Principal, "role" | "duties">): boolean {
  return role === "coordinator" && READS.some((duty) => duties.includes(duty));
}
