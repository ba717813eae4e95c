import "server-only";
import { useView } from "@/lib/access/grants/use-grant";
import { spendOpening } from "@/lib/access/openings/store";
import type { AuditEvent } from "@/lib/audit/entry/event";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { intentDetails, recordDigest } from "@/lib/escrow/protocol/statements";
import type { OpeningPlan } from "@/lib/transactions/open/plan-opening";
import type { OpeningProof } from "@/lib/transactions/open/prove-opening";
import { insertDisclosure } from "@/lib/transactions/store";

const DISCLOSE = "disclosure.open";

/** An opening whose intent is committed. `id` is the disclosure's, which the answer calls `access_id`. */
export interface Intent {
  readonly id: string;
  readonly entry: AppendedEntry;
  readonly event: Omit<AuditEvent, "outcome">;
  /** The grant's id, or "participant". */
  readonly authorizedBy: string;
}

function viaOf({ sealed, grant }: OpeningPlan): "plain" | "managed" | "escrow" {
  if (sealed.length === 0) return "plain";
  return grant === undefined ? "managed" : "escrow";
}

/** The custodian compares this with the opening: it names exactly the groups that the custodian is asked for. */
function scopeOf(cx: Context, { row, groups, sealed, grant }: OpeningPlan): Readonly<Record<string, Json>> {
  const requester = cx.principal.handle;
  if (grant === undefined) return { transaction: row.id, groups: [...groups], requester };
  const opened = sealed.length === 0 ? groups : sealed.map((group) => group.row.group);
  return intentDetails({ transaction: row.id, groups: opened, grant: grant.id, requester });
}

function levelOf({ grant }: OpeningPlan): "masked" | "full" {
  return grant?.level === "masked" ? "masked" : "full";
}

function detailsOf(cx: Context, plan: OpeningPlan, proof: OpeningProof | undefined, id: string) {
  const { permit, input } = plan;
  return {
    ...scopeOf(cx, plan),
    policy_version: permit.policyVersion,
    policies: [...permit.policies],
    ...(input.justification === undefined ? {} : { justification: input.justification }),
    ...(permit.usedHoursOverride ? { hours_override: input.hours_override?.reason ?? "" } : {}),
    ...(proof === undefined ? {} : { statement: recordDigest(proof.statement), proof: proof.proofKind }),
    disclosure: id,
    via: viaOf(plan),
    level: levelOf(plan),
  };
}

function eventOf(cx: Context, plan: OpeningPlan, proof: OpeningProof | undefined, id: string) {
  const { row, grant, input } = plan;
  const caseId = grant?.requestId;
  return {
    class: "disclosure",
    action: DISCLOSE,
    subjects: [`disclosure:${id}`, ...(grant === undefined ? [] : [`grant:${grant.id}`])],
    purpose: input.purpose,
    details: detailsOf(cx, plan, proof, id),
    ...(caseId === undefined ? {} : { caseId }),
    index: {
      transactionId: row.id,
      ...(grant === undefined ? {} : { grantId: grant.id }),
      ...(caseId === undefined ? {} : { requestId: caseId }),
    },
  } satisfies Omit<AuditEvent, "outcome">;
}

/** The statement is stored with the disclosure, so what was opened can be compared with what was signed. */
function signedColumns({ statement, signature, proofKind }: OpeningProof) {
  return { statement: { ...statement }, proof: { ...signature }, proof_kind: proofKind };
}

async function spend(tx: Tx, cx: Context, openingId: string): Promise<void> {
  if (await spendOpening(tx, openingId, cx.clock.now())) return;
  throw new DomainError("statement.expired", { detail: "Prepare the opening again." });
}

/**
 * Step 5 of an opening. One transaction stores the intent entry and the disclosure, spends the prepared opening, and
 * takes the view last, because that locks the grant. If one of them fails, all are undone, and the opening stays
 * usable. No field is opened before this has returned (I2).
 */
export async function commitOpening(
  cx: Context,
  plan: OpeningPlan,
  proof: OpeningProof | undefined,
): Promise<Intent> {
  const { row, groups, grant, input } = plan;
  const id = uuidv7(cx.clock.nowMs());
  const event = eventOf(cx, plan, proof, id);
  const entry = await inTransaction(cx, async (tx) => {
    const appended = await appendEntry(tx, cx, { ...event, outcome: "intent" });
    await insertDisclosure(tx, {
      id,
      tenant_id: cx.instance.tenantId,
      transaction_id: row.id,
      ...(grant === undefined ? {} : { grant_id: grant.id }),
      user_id: cx.principal.userId,
      groups: [...groups],
      level: levelOf(plan),
      purpose: input.purpose,
      via: viaOf(plan),
      intent_entry_id: appended.id,
      ...(proof === undefined ? {} : signedColumns(proof)),
    });
    if (proof?.openingId !== undefined) await spend(tx, cx, proof.openingId);
    if (grant !== undefined) await useView(tx, cx, grant.id);
    return appended;
  });
  return { id, entry, event, authorizedBy: grant?.id ?? "participant" };
}
