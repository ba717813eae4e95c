import "server-only";
import { askAgreement } from "@/lib/administration/agreements/ask-agreement";
import type { AgreementAnswer } from "@/lib/administration/agreements/schema";
import { findOperator } from "@/lib/administration/readiness/store";
import type { Seal, SealBody } from "@/lib/administration/seal/schema";
import { findSeal, findSealState } from "@/lib/administration/seal/store";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** Returns whether the tenant's keys are sealed, since when and by whom, and the change that waits. */
export function getSeal(cx: Context): Promise<Seal> {
  return inSnapshot(cx, (tx) => findSeal(tx, cx.instance.tenantId));
}

/** Asks a second administrator to seal the tenant's keys, or to unseal them. Throws as `askAgreement`. */
export async function askSeal(cx: Context, { state, reason }: SealBody): Promise<AgreementAnswer> {
  const operator = await inSnapshot(cx, (tx) => findOperator(tx, cx.instance.tenantId));
  if (operator === undefined) throw new DomainError("organisation.not-found");
  return askAgreement(cx, { kind: "seal", subjectId: operator.id, after: { state }, reason });
}

/**
 * Brings this portal's keystore into step: sealed keys are zeroed, with every opened one. Openings do not wait for it, the
 * database refuses them at once.
 */
export async function followSeal(cx: Pick<Context, "db" | "instance" | "keystore">): Promise<void> {
  const state = await inSnapshot(cx, (tx) => findSealState(tx, cx.instance.tenantId));
  await cx.keystore.setSealed(state === "sealed");
}
