import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { equalConstantTime, fromBase64url } from "@/lib/crypto/bytes";
import { FormatError } from "@/lib/crypto/format-error";
import { sha256 } from "@/lib/crypto/primitives";
import { inTransaction } from "@/lib/db/transaction";
import { askedOf } from "@/lib/keys/possession/challenge";
import { takeChallenge } from "@/lib/keys/possession/store";
import type { KeyVersion } from "@/lib/keys/store";

const STALE = "You have no unused challenge for this key. Ask for a new one.";
const EXPIRED = "The challenge has expired: ask for a new one.";
const WRONG = "The tag does not match the challenge and this key.";

function isAnswer(tag: string, expected: Uint8Array): boolean {
  try {
    return equalConstantTime(sha256(fromBase64url(tag)), expected);
  } catch (error) {
    if (error instanceof FormatError) return false;
    throw error;
  }
}

/**
 * Returns what is wrong with the answer to a key's newest challenge. The challenge is used up, even for a wrong answer.
 */
export async function faultOf(
  cx: Pick<Context, "db" | "instance" | "clock"> & { readonly principal: Principal },
  key: KeyVersion,
  tag: string,
): Promise<string | undefined> {
  const now = cx.clock.now();
  const taken = await inTransaction(cx, (tx) => takeChallenge(tx, key.id, askedOf(cx.principal), now));
  if (taken === undefined) return STALE;
  if (taken.expiresAt.getTime() <= now.getTime()) return EXPIRED;
  return isAnswer(tag, taken.expected) ? undefined : WRONG;
}
