import "server-only";
import { type AccountContext, requireOwnProof } from "@/lib/identity/account/account-context";
import type { TotpSetUp } from "@/lib/identity/account/schema";
import { drawTotpSetUp } from "@/lib/identity/sign-in/draw-totp-set-up";

/** Draws a new secret, which counts for nothing until one of its codes comes back. */
export async function startTotp(cx: AccountContext): Promise<TotpSetUp> {
  const account = await requireOwnProof(cx);
  return drawTotpSetUp(cx, account, cx.session.sessionId);
}
