import "server-only";
import { isAskedByReview } from "@/lib/administration/access-review/decisions-store";
import { digestOf } from "@/lib/administration/agreements/ask-agreement";
import type { AdministrationContext, MadeLink } from "@/lib/administration/agreements/kind";
import { KINDS } from "@/lib/administration/agreements/kinds";
import type {
  AgreeBody,
  AgreedAnswer,
  Agreement,
  AgreementAnswer,
  AgreementState,
  EndBody,
} from "@/lib/administration/agreements/schema";
import { type AgreementRow, endAgreement, lockAgreement } from "@/lib/administration/agreements/store";
import { holdOf, isInvolved, requireOpen, viewAgreement } from "@/lib/administration/agreements/view";
import { deliverLink } from "@/lib/administration/people/deliver-link";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, ownApproval } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { findHolder } from "@/lib/identity/people/holders-store";
import { askDueIn } from "@/lib/identity/roster/ask-due-version";
import { rosterNow } from "@/lib/identity/roster/current-roster";

type Outcome = Exclude<AgreementState, "open" | "expired">;
const ACTIONS: Readonly<Record<Outcome, string>> = {
  agreed: "agreement.agree",
  refused: "agreement.refuse",
  sent_back: "agreement.send-back",
  withdrawn: "agreement.withdraw",
};

interface Ended {
  readonly entry: AppendedEntry;
  readonly view: Agreement;
  readonly made: MadeLink | undefined;
}

async function requireRow(tx: Tx, cx: Context, id: string): Promise<AgreementRow> {
  const row = await lockAgreement(tx, cx.instance.tenantId, id);
  if (row === undefined) throw new DomainError("agreement.not-found");
  return row;
}

/**
 * The asker must still be an administrator who may act, or an active person who asked as the reviewer of an access
 * review: what a person asked ends with their duty.
 */
async function requireAsker(tx: Tx, cx: Context, { id, askedBy }: AgreementRow): Promise<void> {
  const asker = await findHolder(tx, cx.instance.tenantId, askedBy);
  if (asker?.isActive === true && (asker.duties.includes("admin") || (await isAskedByReview(tx, id)))) return;
  throw new DomainError("agreement.changed", {
    detail: "The person who asked can no longer ask for this. Ask for it yourself.",
  });
}

/** Some changes wait a day, so that the person concerned can object. */
function requireNoHold(cx: Context, row: AgreementRow): void {
  const until = holdOf(row, cx.clock.now())?.toISOString();
  if (until === undefined) return;
  throw new DomainError("agreement.hold", {
    detail: `Another administrator can agree from ${until.slice(0, 10)}, ${until.slice(11, 16)} UTC. Until then it can be refused.`,
    extra: { agree_from: until },
  });
}

async function requireSame(tx: Tx, cx: Context, row: AgreementRow): Promise<void> {
  const today = await KINDS[row.kind].before(tx, cx, row.subjectId);
  if (contentEtagOf(today) === contentEtagOf(row.before)) return;
  throw new DomainError("agreement.changed", { detail: "Compare it with the current data, and ask again." });
}

/** Ends an agreement in the caller's transaction, with its entry. */
export async function endAgreementIn(
  tx: Tx,
  cx: Context,
  row: AgreementRow,
  end: { readonly state: Outcome; readonly reason: string | undefined },
): Promise<AppendedEntry> {
  const { state, reason } = end;
  await endAgreement(tx, row.id, { state, by: cx.principal.userId, at: cx.clock.now(), reason });
  return appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: ACTIONS[state],
    subjects: [`agreement:${row.id}`],
    details: {
      kind: row.kind,
      subject: `${KINDS[row.kind].subject}:${row.subjectId}`,
      change: digestOf(row),
      ...(reason === undefined ? {} : { reason }),
    },
  });
}

async function finish(
  tx: Tx,
  cx: Context,
  { row, state, reason }: { row: AgreementRow; state: Outcome; reason: string | undefined },
  made?: MadeLink,
): Promise<Ended> {
  const entry = await endAgreementIn(tx, cx, row, { state, reason });
  return { entry, view: await viewAgreement(tx, cx, await requireRow(tx, cx, row.id)), made };
}

/**
 * Agrees as the second person, and carries the change out in the same transaction. Where people on the roster are other
 * ones by it, the next roster version is asked for too. Throws `agreement.second-person` for
 * the asker and the person concerned, `agreement.hold` before a hold is over, `agreement.ended` with the name of the person who was faster, and
 * `agreement.changed` where the rows are no longer those that were shown.
 */
export async function agreeToAgreement(
  cx: AdministrationContext,
  id: string,
  { reason }: AgreeBody,
): Promise<AgreedAnswer> {
  const roster = await rosterNow(cx);
  const { entry, view, made } = await inTransaction(cx, async (tx) => {
    const row = await requireRow(tx, cx, id);
    await requireOpen(tx, cx, row);
    if (await isInvolved(tx, cx, row))
      throw ownApproval(
        "agreement.second-person",
        "You asked for this, or it is about you. Another administrator must agree.",
      );
    requireNoHold(cx, row);
    await requireAsker(tx, cx, row);
    await requireSame(tx, cx, row);
    const kind = KINDS[row.kind];
    await kind.check(tx, cx, row);
    const link = await kind.apply(tx, cx, row);
    await askDueIn(tx, cx, roster, row.reason);
    return finish(tx, cx, { row, state: "agreed", reason }, link);
  });
  const invitation = made === undefined ? undefined : await deliverLink(cx, made);
  const receipt = await issueReceipt(cx, entry);
  return { ...view, receipt, ...(invitation === undefined ? {} : { invitation }) };
}

async function end(
  cx: Context,
  id: string,
  { state, reason }: { state: Exclude<Outcome, "agreed">; reason: string | undefined },
): Promise<AgreementAnswer> {
  const { entry, view } = await inTransaction(cx, async (tx) => {
    const row = await requireRow(tx, cx, id);
    await requireOpen(tx, cx, row);
    const isOwn = row.askedBy === cx.principal.userId;
    if (isOwn !== (state === "withdrawn"))
      throw new DomainError("agreement.second-person", {
        detail: isOwn ? "You asked for this: withdraw it." : "Only the person who asked can withdraw it.",
      });
    return finish(tx, cx, { row, state, reason });
  });
  return { ...view, receipt: await issueReceipt(cx, entry) };
}

/** Refuses an open agreement; nothing changes. Throws as `agreeToAgreement`. */
export function refuseAgreement(cx: Context, id: string, { reason }: EndBody): Promise<AgreementAnswer> {
  return end(cx, id, { state: "refused", reason });
}

/** Ends an open agreement and asks for another version of it. */
export function sendBackAgreement(cx: Context, id: string, { reason }: EndBody): Promise<AgreementAnswer> {
  return end(cx, id, { state: "sent_back", reason });
}

/** Takes back what the caller asked for. */
export function withdrawAgreement(cx: Context, id: string, { reason }: AgreeBody): Promise<AgreementAnswer> {
  return end(cx, id, { state: "withdrawn", reason });
}
