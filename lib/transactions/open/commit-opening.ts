import "server-only";
import { useView } from "@/lib/access/grants/use-grant";
import { spendOpening } from "@/lib/access/openings/store";
import { composeEntry } from "@/lib/audit/entry/compose-entry";
import type { AuditEvent } from "@/lib/audit/entry/event";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { uuidv7 } from "@/lib/crypto/uuid";
import type { Run } from "@/lib/db/statement";
import { DomainError } from "@/lib/errors";
import { intentDetails, recordDigest } from "@/lib/escrow/protocol/statements";
import { type NewDisclosure, STORE_INTENT } from "@/lib/transactions/open/disclosure-store";
import type { OpeningPlan } from "@/lib/transactions/open/plan-opening";
import type { OpeningProof } from "@/lib/transactions/open/prove-opening";

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
    facts: permit.facts,
    policy: permit.policyVersion,
    policies: [...permit.policies],
    levels: { ...permit.levels },
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
function signedOf(proof: OpeningProof | undefined): NewDisclosure["signed"] {
  if (proof === undefined) return undefined;
  return { statement: proof.statement, proof: proof.signature, proofKind: proof.proofKind };
}

async function spend(run: Run, cx: Context, id: string, transactionId: string): Promise<void> {
  if (await spendOpening(run, { id, transactionId, at: cx.clock.now() })) return;
  throw new DomainError("statement.expired", { detail: "Prepare the opening again." });
}

/**
 * One transaction for all that an opening under a grant uses up, sent at once and done in this order. The view is last,
 * because it locks the grant's row.
 */
function commitUnderGrant(
  cx: Context,
  disclosure: NewDisclosure,
  grantId: string,
  openingId: string | undefined,
): Promise<void> {
  return cx.db.prepared.transaction(async ({ run }) => {
    await Promise.all([
      run(STORE_INTENT, disclosure),
      openingId === undefined ? undefined : spend(run, cx, openingId, disclosure.transactionId),
      useView(run, cx, grantId),
    ]);
  });
}

/**
 * Step 5 of an opening. One transaction stores the intent entry and the disclosure, spends the prepared opening, and
 * takes the view. If one of them fails, all are undone, and the opening stays usable. No field is opened before this
 * has returned (I2).
 */
export async function commitOpening(
  cx: Context,
  plan: OpeningPlan,
  proof: OpeningProof | undefined,
): Promise<Intent> {
  const { row, groups, grant, input } = plan;
  const id = uuidv7(cx.clock.nowMs());
  const event = eventOf(cx, plan, proof, id);
  const { appended, rows } = await composeEntry(cx, { ...event, outcome: "intent" });
  const disclosure: NewDisclosure = {
    entries: [rows],
    id,
    tenantId: cx.instance.tenantId,
    transactionId: row.id,
    grantId: grant?.id,
    userId: cx.principal.userId,
    groups,
    level: levelOf(plan),
    purpose: input.purpose,
    via: viaOf(plan),
    intentEntryId: appended.id,
    signed: signedOf(proof),
  };
  if (grant === undefined) await cx.db.run(STORE_INTENT, disclosure);
  else await commitUnderGrant(cx, disclosure, grant.id, proof?.openingId);
  return { id, entry: appended, event, authorizedBy: grant?.id ?? "participant" };
}
