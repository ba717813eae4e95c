import "server-only";
import { DEFAULT_DOCUMENT } from "@/lib/access/policy/default-document";
import { policyVersionOf } from "@/lib/access/policy/engine";
import { documentDigest } from "@/lib/access/policy/policy-document";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext } from "@/lib/context/context";
import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { type DbContext, inTransaction, type Tx } from "@/lib/db/transaction";
import { type ActivationRow, findActivation, insertActivation } from "@/lib/policies/activation-store";
import { activationDigest } from "@/lib/policies/bound-activation";
import { aboutSet, documentOf } from "@/lib/policies/load-set";
import { findSet, holdSets, insertSet, type WholeSetRow } from "@/lib/policies/store";

type StartContext = AuditContext & DbContext;

async function activateAs(
  tx: Tx,
  cx: StartContext,
  set: Pick<WholeSetRow, "id" | "number" | "document" | "document_digest">,
  { why, seq }: Pick<ActivationRow, "why" | "seq">,
) {
  const at = cx.clock.now();
  const version = policyVersionOf(documentOf(set));
  const entry = await appendEntry(tx, cx, {
    ...{ class: "policy", outcome: "done", action: "policy.activate" },
    pub: { policy: activationDigest({ ...set, seq }) },
    ...aboutSet(set, { why, version }),
  });
  const row = { id: uuidv7(at.getTime()), seq, set_id: set.id, number: set.number, version, why, at };
  const activation = {
    ...row,
    ...{ document_digest: set.document_digest, by_user_id: null, entry_id: entry.id, signed: null },
  };
  return { at, activation };
}

async function writeFirst(tx: Tx, cx: StartContext): Promise<void> {
  const { tenantId } = cx.instance;
  const document = canonicalJson(DEFAULT_DOCUMENT);
  const digest = documentDigest(DEFAULT_DOCUMENT);
  const set = { id: uuidv7(cx.clock.nowMs()), number: 1, document, document_digest: digest };
  const { at, activation } = await activateAs(tx, cx, set, { why: "first", seq: 1 });
  await insertSet(tx, tenantId, {
    ...{
      id: set.id,
      number: 1,
      state: "active",
      title: "Default policies",
      document,
      documentDigest: digest,
    },
    ...{ reason: "The rules of a new instance.", basedOn: null, author: null, at },
  });
  await insertActivation(tx, tenantId, activation);
}

/**
 * Returns the version of a set as this build computes it. Undefined if this build cannot read the set, and so cannot
 * use it.
 */
function versionByThisBuild(set: WholeSetRow): string | undefined {
  try {
    return policyVersionOf(documentOf(set));
  } catch {
    return undefined;
  }
}

/** Records the version of this build's floor with the active set, because the floor is part of the build. */
async function writeBuild(tx: Tx, cx: StartContext, last: ActivationRow): Promise<void> {
  const { tenantId } = cx.instance;
  const set = await findSet(tx, tenantId, { id: last.set_id });
  if (set === undefined || set.document_digest !== last.document_digest) return;
  const version = versionByThisBuild(set);
  if (version === undefined || version === last.version) return;
  const { activation } = await activateAs(tx, cx, set, { why: "build", seq: last.seq + 1 });
  await insertActivation(tx, tenantId, activation);
}

/**
 * Makes sure that a set is active: writes set 1 on a new instance, and records that a build with another floor decides
 * by the active set from now on. Any number of portals may start at once.
 */
export function beginPolicies(cx: StartContext): Promise<void> {
  return inTransaction(cx, async (tx) => {
    await holdSets(tx, cx.instance.tenantId);
    const last = await findActivation(tx, cx.instance.tenantId);
    await (last === undefined ? writeFirst(tx, cx) : writeBuild(tx, cx, last));
  });
}
