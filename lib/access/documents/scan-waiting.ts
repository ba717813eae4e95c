import "server-only";
import { openDocument } from "@/lib/access/documents/seal-document";
import * as store from "@/lib/access/documents/store";
import { findHeldDocument } from "@/lib/access/legal-authorities/held-document-store";
import { type Step, walkRequest } from "@/lib/access/requests/move-request";
import { lockRequest } from "@/lib/access/requests/store";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { AuditContext, Scanner, Verdict } from "@/lib/context/context";
import { type DbContext, inSnapshot, inTransaction, type Tx } from "@/lib/db/transaction";
import type { Keystore } from "@/lib/keystore/keystore";
import type { Logger } from "@/lib/telemetry/logger";

const BATCH = 20;

/** What the job needs of a portal. */
export type ScanContext = DbContext &
  AuditContext & { readonly keystore: Keystore; readonly scanner: Scanner; readonly logger: Logger };

type Word = Exclude<Verdict, { kind: "away" }>;

/** Back in a draft the request is escalated to no one until it is submitted again. */
const ONWARDS: Readonly<Record<Word["kind"], Step>> = {
  clean: { event: "checked", to: "stage_1" },
  infected: { event: "refuse_document", to: "draft", frozen: { escalatedTo: null } },
};

/**
 * A request that became overdue while it waited stays overdue when its review begins, with the same people notified.
 */
function stepsOf(from: store.WaitingState, word: Word): readonly Step[] {
  const step = ONWARDS[word.kind];
  return from === "overdue" && word.kind === "clean" ? [step, { event: "overdue", to: "overdue" }] : [step];
}

/**
 * Returns the state in which the request waits for this document; undefined when it does not. A document that was
 * replaced in the draft delays nothing.
 */
async function heldUp(tx: Tx, document: store.WaitingDocument): Promise<store.WaitingState | undefined> {
  const state = await store.readWaitingState(tx, document.requestId);
  if (state === undefined) return undefined;
  return (await findHeldDocument(tx, document.requestId))?.id === document.id ? state : undefined;
}

function actOf(word: Word, to: string | undefined) {
  const { kind, engine } = word;
  return {
    action: kind === "clean" ? "document.scan" : "document.quarantine",
    details: {
      scan: kind,
      scanner: engine,
      ...(kind === "infected" ? { found: word.found } : {}),
      ...(to === undefined ? {} : { to_state: to }),
    },
  };
}

/** Stores the scanner's result and moves the request that waited for it. A second portal changes nothing. */
async function settle(cx: ScanContext, document: store.WaitingDocument, word: Word): Promise<void> {
  const { id, requestId } = document;
  await inTransaction(cx, async (tx) => {
    await lockRequest(tx, requestId);
    if ((await store.readScan(tx, id)) !== "pending") return;
    const from = await heldUp(tx, document);
    await store.setScan(tx, id, word.kind);
    const request = from === undefined ? undefined : { id: requestId, state: from };
    const to =
      request === undefined ? undefined : await walkRequest(tx, cx, request, stepsOf(request.state, word));
    const { action, details } = actOf(word, to);
    await appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action,
      subjects: [`document:${id}`, `request:${requestId}`],
      caseId: requestId,
      caseDetails: { document: id, ...details },
      index: { requestId },
    });
  });
}

type Outcome = "settled" | "waits" | "unreachable";

async function scanOne(cx: ScanContext, document: store.WaitingDocument): Promise<Outcome> {
  const sealed = await inSnapshot(cx, (tx) => store.readSealed(tx, document.id));
  const verdict = await cx.scanner.scan(openDocument(cx.keystore, document.id, sealed));
  if (verdict.kind === "away") return verdict.reason === "unreachable" ? "unreachable" : "waits";
  await settle(cx, document, verdict);
  return "settled";
}

/** A document that cannot be scanned does not delay the others. */
async function tryOne(cx: ScanContext, document: store.WaitingDocument): Promise<Outcome> {
  try {
    return await scanOne(cx, document);
  } catch (err) {
    cx.logger.warn({ err }, "waiting document not scanned; will retry");
    return "waits";
  }
}

/**
 * Scans the documents that wait, oldest first, and moves the requests that wait for them: to the first stage, or back
 * to a draft when malware was found. Two portals may run it at once. Ends early when the scanner cannot be reached.
 * Returns how many were settled and how many still wait.
 */
export async function scanWaiting(
  cx: ScanContext,
): Promise<{ readonly settled: number; readonly waiting: number }> {
  const { tenantId } = cx.instance;
  const count = { settled: 0, waiting: 0 };
  let after: string | undefined;
  for (;;) {
    const page = await inSnapshot(cx, (tx) => store.listWaiting(tx, { tenantId, after, limit: BATCH }));
    for (const document of page) {
      const outcome = await tryOne(cx, document);
      if (outcome === "settled") count.settled += 1;
      else count.waiting += 1;
      if (outcome === "unreachable") return count;
    }
    after = page.at(-1)?.id;
    if (page.length < BATCH) return count;
  }
}
