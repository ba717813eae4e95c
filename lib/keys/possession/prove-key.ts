import "server-only";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { requireKeyPermission } from "@/lib/keys/permissions";
import { activateProven } from "@/lib/keys/possession/activate";
import { findHeld } from "@/lib/keys/possession/store";
import { faultOf } from "@/lib/keys/possession/take-answer";
import type { KeyProof, ProvenKey } from "@/lib/keys/schema";
import { type KeyVersion, selectKeys } from "@/lib/keys/store";

type ProveContext = Omit<Context, "escrow" | "logger">;

/**
 * Returns the waiting key to prove, and the client-held key that it replaces. Throws before any challenge is used up.
 */
async function findWaiting(
  cx: ProveContext,
  keyId: string,
): Promise<{ key: KeyVersion; held: KeyVersion | undefined }> {
  return inSnapshot(cx, async (tx) => {
    const [key] = await selectKeys(tx, { keyId, limit: 1 });
    if (key === undefined) throw new DomainError("key.not-found");
    requireKeyPermission(cx.principal, key.participantId, "active");
    if (key.state !== "pre_active" || key.custody !== "client") {
      throw new DomainError("key.state", { detail: `${key.kid} does not wait for a proof.` });
    }
    return { key, held: await findHeld(tx, key.participantId) };
  });
}

async function refuseProof(
  cx: ProveContext,
  key: KeyVersion,
  member: string,
  detail: string,
): Promise<never> {
  await recordEvent(cx, {
    class: "key",
    outcome: "denied",
    action: "key.prove",
    subjects: [`key:${key.id}`],
    details: { kid: key.kid, code: "key.proof", detail },
    index: { participantId: key.participantId },
  });
  throw new DomainError("key.proof", { detail, errors: [{ pointer: `/${member}`, detail }] });
}

/**
 * Checks the proof that the participant has a waiting key's private key, and makes that key replace the former one.
 * One attempt uses its challenge up, right or wrong. Throws `key.not-found`, `access.forbidden`, `key.state`,
 * `key.proof`.
 */
export async function proveKey(cx: ProveContext, keyId: string, proof: KeyProof): Promise<ProvenKey> {
  const { key, held } = await findWaiting(cx, keyId);
  const fault = await faultOf(cx, key, proof.client_tag);
  if (fault !== undefined) await refuseProof(cx, key, "client_tag", fault);
  if (held !== undefined) {
    const missing = `${held.kid} is held by the participant: its possession is proven by replaced_tag.`;
    const { replaced_tag: tag } = proof;
    const other = tag === undefined ? missing : await faultOf(cx, held, tag);
    if (other !== undefined) await refuseProof(cx, key, "replaced_tag", other);
  }
  const { body, entry } = await inTransaction(cx, (tx) => activateProven(tx, cx, key, held));
  return { ...body, receipt: await issueReceipt(cx, entry) };
}
