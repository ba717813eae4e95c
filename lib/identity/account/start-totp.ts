import "server-only";
import { type AccountContext, requireOwnProof } from "@/lib/identity/account/account-context";
import type { TotpSetUp } from "@/lib/identity/account/schema";
import { drawTotpSetUp } from "@/lib/identity/sign-in/draw-totp-set-up";

/** Draws a new secret. It is valid only after one of its codes is confirmed. */
export async function startTotp(cx: AccountContext): Promise<TotpSetUp> {
  const account = await requireOwnProof(cx);
  return drawTotpSetUp(cx, account, cx.session.sessionId);
}
