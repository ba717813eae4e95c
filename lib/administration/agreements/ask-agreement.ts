import "server-only";
import type { AdministrationContext } from "@/lib/administration/agreements/kind";
import { KINDS } from "@/lib/administration/agreements/kinds";
import {
  type Agreement,
  type AgreementAnswer,
  type AgreementKindName,
  Facts,
} from "@/lib/administration/agreements/schema";
import { findAgreement, insertAgreement, listOpenOf } from "@/lib/administration/agreements/store";
import { viewAgreement } from "@/lib/administration/agreements/view";
import { appendEntry } from "@/lib/audit/record/append-entry";
import { issueReceipt } from "@/lib/audit/record/issue-receipt";
import type { AuditContext, Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { uuidv7 } from "@/lib/crypto/uuid";
import { isUniqueViolation } from "@/lib/db/errors";
import { inTransaction, type Tx } from "@/lib/db/transaction";
import { DomainError, InvariantError } from "@/lib/errors";
import { contentEtagOf } from "@/lib/etag";
import { expireAgreement } from "./expire-agreements";

/** How long an agreement waits for its second person. */
const WAIT_MS = 14 * 24 * 3_600_000;

/** A change that needs a second person. */
export interface Asked {
  readonly kind: AgreementKindName;
  readonly subjectId: string;
  /** As JSON: members without a value are left out. */
  readonly after: Readonly<Record<string, unknown>>;
  readonly reason: string;
  /** The person concerned, if the subject is not that person. */
  readonly concerns?: string;
}

/** The digest in both entries of an agreement: it binds what was agreed to what was asked. */
export function digestOf({ before, after }: { readonly before: Facts; readonly after: Facts }): string {
  return contentEtagOf({ before, after }).slice(1, -1);
}

/** Returns the error for a change that already waits. */
export function openAlready(): DomainError {
  return new DomainError("agreement.open", {
    detail: "Withdraw the waiting change, or wait for the decision.",
  });
}

/** Ends an agreement about the same thing whose time is over, so that it can be asked for again. */
async function clearExpired(tx: Tx, cx: AuditContext, { kind, subjectId }: Asked): Promise<void> {
  const open = await listOpenOf(tx, { tenantId: cx.instance.tenantId, subjectId });
  for (const { id } of open.filter((one) => one.kind === kind)) await expireAgreement(tx, cx, id);
}

/**
 * Asks in the caller's transaction, for a person or for an identity provider. `askedBy` is responsible for the change and
 * cannot be the second person.
 */
export async function askAgreementIn(
  tx: Tx,
  cx: AuditContext,
  asked: Asked & { readonly askedBy: string },
): Promise<{ readonly entry: AppendedEntry; readonly id: string }> {
  const { kind: name, subjectId, reason } = asked;
  const after = Facts.parse(JSON.parse(JSON.stringify(asked.after)));
  const { tenantId } = cx.instance;
  const kind = KINDS[name];
  await clearExpired(tx, cx, asked);
  await kind.check(tx, cx, { subjectId, after });
  const before = await kind.before(tx, cx, subjectId);
  const at = cx.clock.now();
  const id = uuidv7(at.getTime());
  await insertAgreement(tx, tenantId, {
    ...{ id, kind: name, subjectId, before, after, reason, askedBy: asked.askedBy, askedAt: at },
    concerns: asked.concerns ?? kind.concerns(subjectId),
    expiresAt: new Date(at.getTime() + WAIT_MS),
  });
  const entry = await appendEntry(tx, cx, {
    class: "admin",
    outcome: "done",
    action: "agreement.ask",
    subjects: [`agreement:${id}`],
    details: {
      kind: name,
      subject: `${kind.subject}:${subjectId}`,
      change: digestOf({ before, after }),
      reason,
    },
  });
  return { entry, id };
}

/** Asks for the caller, in the caller's transaction. A second open agreement on one change violates a unique index. */
export async function askForCaller(
  tx: Tx,
  cx: Context,
  asked: Asked,
): Promise<{ readonly entry: AppendedEntry; readonly view: Agreement }> {
  const { entry, id } = await askAgreementIn(tx, cx, { ...asked, askedBy: cx.principal.userId });
  const row = await findAgreement(tx, cx.instance.tenantId, id);
  if (row === undefined) throw new InvariantError("a stored agreement was not found");
  return { entry, view: await viewAgreement(tx, cx, row) };
}

/**
 * Asks for a change that a second person has to agree to. Nothing changes yet. Throws what the kind's own check throws,
 * and `agreement.open` if the same change already waits.
 */
export async function askAgreement(
  cx: Context | AdministrationContext,
  asked: Asked,
): Promise<AgreementAnswer> {
  try {
    const { entry, view } = await inTransaction(cx, (tx) => askForCaller(tx, cx, asked));
    return { ...view, receipt: await issueReceipt(cx, entry) };
  } catch (error) {
    if (isUniqueViolation(error)) throw openAlready();
    throw error;
  }
}
