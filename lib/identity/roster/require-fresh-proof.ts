import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";
import { isFresh } from "@/lib/identity/sessions/session-rules";

/** Refuses to change keys without a session that has a recent proof of more than a password. */
export function requireFreshProof(cx: Pick<Context, "principal" | "clock">): void {
  const { proof } = cx.principal;
  if (proof.kind !== "session") {
    throw new DomainError("auth.session-only", { detail: "A key cannot make this call: sign in." });
  }
  if (isFresh(proof.multiFactorAt, cx.clock.now())) return;
  throw new DomainError("auth.step-up", { detail: "This needs your second factor: 15 minutes old at most." });
}
