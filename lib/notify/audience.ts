import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import type { Tx } from "@/lib/db/transaction";
import type { Holder } from "@/lib/identity/people/holders-store";
import { principalOf } from "@/lib/identity/sessions/principal";
import { readChanged } from "@/lib/live/store";
import { type Changed, isVisibleTo } from "@/lib/live/visible";
import type { HookKind } from "@/lib/notify/schema";
import { listUnread } from "@/lib/notify/store";

/** A thing that a notification is about. */
export interface Subject {
  readonly kind: HookKind;
  readonly subject: string;
}

/** Who may know of which thing, as people and things are now. */
export interface Audience {
  /** False also for a thing that is not there. */
  has(principal: Principal, of: Subject): boolean;
}

const keyOf = (kind: string, subject: string): string => `${kind}:${subject}`;

/** Asks the rules of reading about these things: one statement, whatever the kinds. */
export async function readAudience(
  tx: Tx,
  cx: Pick<Context, "instance" | "clock">,
  subjects: readonly Subject[],
): Promise<Audience> {
  const named = subjects.map(({ kind, subject }) => ({ kind, id: subject }));
  const changed = named.length === 0 ? [] : await readChanged(tx, cx, named);
  const known = new Map<string, Changed>(changed.map((one) => [keyOf(one.change.kind, one.change.id), one]));
  return {
    has: (principal, { kind, subject }) => {
      const found = known.get(keyOf(kind, subject));
      return found !== undefined && isVisibleTo(principal, found);
    },
  };
}

/** Returns about how many things the caller has unread notices: none of what they may no longer know of. */
export async function countUnread(
  tx: Tx,
  cx: Pick<Context, "principal" | "instance" | "clock">,
): Promise<number> {
  const unread = await listUnread(tx, cx.principal.userId);
  const audience = await readAudience(tx, cx, unread);
  return unread.filter((one) => audience.has(cx.principal, one)).length;
}

/**
 * Returns the person for the rules of reading while they are away. The proof decides nothing here, and the scopes are
 * empty: it cannot make calls.
 */
export function awayPrincipal(holder: Holder): Principal {
  const proof = { kind: "api-key", keyId: "", prefix: "", signed: false } as const;
  return principalOf(holder, [], proof);
}
