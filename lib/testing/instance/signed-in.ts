import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction } from "@/lib/db/transaction";
import { standingOf } from "@/lib/identity/sessions/principal";
import { insertSession } from "@/lib/identity/sessions/store";

/** Returns the same person, signed in with a session of an hour. */
export async function signedIn<P extends Context>(who: P): Promise<P> {
  const { principal } = who;
  const sid = uuidv7(Date.now());
  const at = new Date();
  await inTransaction(who, async (tx) => {
    await insertSession(tx, {
      sid,
      tenantId: principal.tenantId,
      userId: principal.userId,
      at,
      expiresAt: new Date(at.getTime() + 3_600_000),
      method: "totp",
      provedAt: at,
      multiFactorAt: at,
      standing: standingOf(principal),
      device: "a test",
    });
    await appendEntry(tx, who, {
      class: "identity",
      outcome: "done",
      action: "session.create",
      subjects: [`session:${sid}`],
    });
  });
  const proof = { kind: "session", sessionId: sid, method: "totp", provedAt: at, multiFactorAt: at } as const;
  return { ...who, principal: { ...principal, proof } };
}
