import "server-only";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import type { HookKind } from "@/lib/notify/schema";
import { markSubjects } from "@/lib/notify/store";

/** What a page shows of a kind: one thing, by its id, or all of them. */
type Shown = { readonly kind: HookKind; readonly idOf?: (read: Read) => unknown };

interface Read {
  /** Of the address. */
  readonly params: Readonly<Record<string, string>>;
  readonly value: unknown;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
const id = ({ params }: Read): unknown => params.id;
/** A set of policies has its number in the address. */
const setId = ({ value }: Read): unknown => member(member(value, "set"), "id");

/** The pages on which a thing that people are notified of is read, by the operation that reads it. */
const SHOWN: Readonly<Record<string, readonly Shown[]>> = {
  getRequest: [{ kind: "request", idOf: id }],
  getGrant: [{ kind: "grant", idOf: id }],
  getBreakGlass: [{ kind: "grant", idOf: id }],
  getTransaction: [{ kind: "transaction", idOf: id }],
  getDispute: [{ kind: "dispute", idOf: id }],
  getAgreement: [{ kind: "agreement", idOf: id }],
  getAccessReview: [{ kind: "access_review", idOf: id }],
  getPolicySet: [{ kind: "policy", idOf: setId }],
  getKey: [{ kind: "key", idOf: id }, { kind: "rotation" }],
  listKeys: [{ kind: "epoch" }],
  getRoster: [{ kind: "roster" }],
  listErasures: [{ kind: "erasure" }],
  listAlertAddresses: [{ kind: "alert_address" }],
  listAlertThresholds: [{ kind: "alert_threshold" }],
  listAuthorities: [{ kind: "authority" }],
  listPreservations: [{ kind: "hold" }],
  listOwnNotices: [{ kind: "notice" }],
};

/** A thing, or without a subject everything of its kind. */
interface Marked {
  readonly kind: HookKind;
  readonly subject: string | undefined;
}

/**
 * Marks the person's notifications of what a page shows as read. Reading a page is no act and has no entry. A failure
 * does not stop the page: the notification stays unread.
 */
export async function noteSeen(cx: Context, operationId: string, read: Read): Promise<void> {
  const shown = SHOWN[operationId] ?? [];
  if (shown.length === 0) return;
  const subjects = shown.flatMap(({ kind, idOf }): Marked[] => {
    if (idOf === undefined) return [{ kind, subject: undefined }];
    const subject = idOf(read);
    return typeof subject === "string" ? [{ kind, subject }] : [];
  });
  try {
    await inTransaction(cx, (tx) =>
      markSubjects(tx, { userId: cx.principal.userId, subjects, at: cx.clock.now() }),
    );
  } catch (error) {
    cx.logger.warn({ err: error }, "notifications of a page that was read stay unread");
  }
}
