import "server-only";
import { z } from "zod";
import { kind, type RuleContext } from "@/lib/administration/agreements/kind";
import { suspendIn } from "@/lib/administration/people/end-person";
import { requireAnotherAdministrator, requirePerson } from "@/lib/administration/people/rules";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { endApiKey, type KeptApiKey, lockApiKey, selectApiKey } from "@/lib/identity/api-keys/store";
import { findUserState } from "@/lib/identity/people/store";

/**
 * What a reviewer of an access review asks for when they remove a person: suspension. An administrator can also suspend
 * a person alone, at once.
 */
export const suspensionOfPerson = kind({
  after: z.strictObject({ state: z.literal("suspended") }),
  subject: "person",
  name: async (tx, cx, { subjectId }) => (await requirePerson(tx, cx, subjectId)).name,
  concerns: (subjectId) => subjectId,
  before: async (tx, cx, subjectId) => {
    const { role, duties } = await requirePerson(tx, cx, subjectId);
    return { state: await findUserState(tx, subjectId), role, duties: [...duties].sort() };
  },
  check: async (tx, cx, { subjectId }) => {
    const person = await requirePerson(tx, cx, subjectId);
    if ((await findUserState(tx, subjectId)) !== "active")
      throw new DomainError("person.state", {
        detail: "The person is not active, so no suspension is needed.",
      });
    await requireAnotherAdministrator(tx, cx.instance.tenantId, person);
  },
  apply: async (tx, cx, { subjectId, reason }) => {
    await suspendIn(tx, cx, { userId: subjectId, reason, roster: undefined });
    return undefined;
  },
});

async function requireKey(tx: Tx, cx: RuleContext, id: string): Promise<KeptApiKey> {
  const key = await selectApiKey(tx, cx.instance.tenantId, id);
  if (key === undefined) throw new DomainError("api-key.not-found");
  return key;
}

/** The end of a program's key that a reviewer asks for. Who asks says whom it concerns: the person it belongs to. */
export const endOfApiKey = kind({
  after: z.strictObject({ state: z.literal("revoked") }),
  subject: "program",
  name: async (tx, cx, { subjectId }) => {
    const { label, handle } = await requireKey(tx, cx, subjectId);
    return `${label} (${handle})`;
  },
  concerns: () => undefined,
  before: async (tx, cx, subjectId) => {
    const { scopes, revoked_at: end } = await requireKey(tx, cx, subjectId);
    return { state: end === null ? "active" : "revoked", scopes: [...scopes].sort() };
  },
  check: async (tx, cx, { subjectId }) => {
    if ((await requireKey(tx, cx, subjectId)).revoked_at !== null)
      throw new DomainError("api-key.ended", { detail: "The key has ended already." });
  },
  apply: async (tx, cx, { subjectId, reason }) => {
    await lockApiKey(tx, cx.instance.tenantId, subjectId);
    const { user_id: userId, prefix } = await requireKey(tx, cx, subjectId);
    await endApiKey(tx, subjectId, { revoked_at: cx.clock.now() });
    await appendEntry(tx, cx, {
      class: "identity",
      outcome: "done",
      action: "api_key.revoke",
      subjects: [`api_key:${subjectId}`, `user:${userId}`],
      details: { prefix, reason },
    });
    return undefined;
  },
});
