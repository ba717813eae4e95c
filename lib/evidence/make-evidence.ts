import "server-only";

// This file makes an evidence file of what a person may open now. record-of.ts, log-entries.ts and authority-of.ts
// collect the facts of its statement, pdf/ draws it, store.ts stores its digest, code, pages and length. Must stay
// true: the values come from an opening of this call, never from the browser; the intent is committed before it; the
// file is in memory only.

import {
  type EvidenceStatement,
  encodeEvidence,
  evidenceCode,
  evidenceText,
  type SignedEvidence,
} from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { signNoteLine } from "@/lib/audit/entry/note-line";
import { publishedKeys } from "@/lib/audit/reading/proofs/get-audit-keys";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import type { AppendedEntry } from "@/lib/context/recorder";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { inSnapshot, inTransaction } from "@/lib/db/transaction";
import { authorityOf } from "@/lib/evidence/authority-of";
import { type Begun, beginEvidence, eventOf, openingInput } from "@/lib/evidence/begin-evidence";
import { awaitCheckpoint, LOOKS, logEntries } from "@/lib/evidence/log-entries";
import { recordOf } from "@/lib/evidence/record-of";
import type { NewEvidence } from "@/lib/evidence/schema";
import { type EvidenceEnd, endEvidence } from "@/lib/evidence/store";
import { findPeople } from "@/lib/identity/people/people-store";
import { type OpenedRecord, openRecord } from "@/lib/transactions/open/open-transaction";

async function openAll(cx: Context, body: NewEvidence): Promise<OpenedRecord[]> {
  const opened: OpenedRecord[] = [];
  for (const { transaction_id, opening } of body.records)
    opened.push(await openRecord(cx, transaction_id, openingInput(body, opening), { withSalts: true }));
  return opened;
}

function signLine(cx: Context, text: string): Promise<string> {
  return signNoteLine({ ...cx.audit.receiptSigner, sign: cx.audit.sign }, text);
}

async function makerOf(cx: Context): Promise<EvidenceStatement["made_by"]> {
  const { userId, name } = cx.principal;
  const people = await inSnapshot(cx, (tx) => findPeople(tx, [userId]));
  return { name, organisation: people.get(userId)?.organisation ?? name };
}

async function statementOf(
  cx: Context,
  begun: Begun,
  body: NewEvidence,
  opened: readonly OpenedRecord[],
): Promise<SignedEvidence> {
  const statement: EvidenceStatement = {
    v: 1,
    kind: "sealport/evidence",
    log: cx.instance.log,
    reference: begun.reference,
    made_at: cx.clock.now().toISOString(),
    made_by: await makerOf(cx),
    made_entry: begun.entry.id,
    authority: await authorityOf(cx, body.grant_id, opened),
    records: opened.map(recordOf),
    entries: await logEntries(cx, opened, begun.entry),
    keys: keysOf(cx),
  };
  return { statement, signature: await signLine(cx, evidenceText(statement)) };
}

function keysOf(cx: Context): EvidenceStatement["keys"] {
  const { log, receipts, witnesses, time_stamp, custodian } = publishedKeys(cx);
  return { log, receipts, witnesses, time_stamp, custodian };
}

/** The file, and what the database stores about it. */
interface MadeFile {
  readonly bytes: Uint8Array;
  readonly end: EvidenceEnd;
}

/** The library that draws PDFs is large, so it is loaded with the first PDF. */
async function drawPdf(cx: Context, signed: SignedEvidence, language: NewEvidence["language"]) {
  const { renderPdf } = await import("@/lib/evidence/pdf/render-pdf");
  const portal = cx.instance.portalOrigin ?? "";
  return renderPdf(signed, { language, portal, sign: (text) => signLine(cx, text) });
}

async function fileOf(cx: Context, signed: SignedEvidence, body: NewEvidence): Promise<MadeFile> {
  const made =
    body.format === "json"
      ? { bytes: utf8(encodeEvidence(signed)), pages: 0 }
      : await drawPdf(cx, signed, body.language);
  const end = {
    digest: toBase64url(sha256(made.bytes)),
    code: evidenceCode(signed.statement),
    pages: made.pages,
    bytes: made.bytes.length,
  };
  return { bytes: made.bytes, end };
}

/** Records the outcome, and of the file only its digest, code, pages and length. */
async function finish(cx: Context, begun: Begun, end: EvidenceEnd | undefined): Promise<AppendedEntry> {
  return inTransaction(cx, async (tx) => {
    const outcome = end === undefined ? "failed" : "done";
    const entry = await appendEntry(tx, cx, eventOf(begun, outcome, end));
    await endEvidence(tx, begun.id, entry.id, end);
    return entry;
  });
}

const TYPES = { pdf: "application/pdf", json: "application/json" } as const;

function answerOf({ bytes, end }: MadeFile, { reference, format }: Begun): Response {
  return new Response(new Uint8Array(bytes), {
    headers: {
      "content-type": TYPES[format],
      "content-length": String(bytes.length),
      "content-disposition": `attachment; filename="${reference}.${format}"`,
      "x-evidence-reference": reference,
      "x-evidence-code": end.code,
    },
  });
}

/**
 * Makes an evidence file of what the caller may open now, as PDF/A-3 or JSON. The plan of each opening is checked
 * first. Then one transaction stores the intent and takes one export of the grant's budget, and the records are opened
 * by the same steps as any other opening, each taking a view. A failure after the intent costs the export. `looks`: how
 * often to look for the checkpoint that covers the evidence's own entry.
 */
export async function makeEvidence(
  cx: Context,
  body: NewEvidence,
  { looks = LOOKS }: { readonly looks?: number } = {},
): Promise<{ response: Response }> {
  const begun = await beginEvidence(cx, body);
  try {
    const opened = await openAll(cx, body);
    await awaitCheckpoint(cx, opened.at(-1)?.entry.id ?? begun.entry.id, looks);
    const file = await fileOf(cx, await statementOf(cx, begun, body, opened), body);
    await finish(cx, begun, file.end);
    return { response: answerOf(file, begun) };
  } catch (error) {
    await finish(cx, begun, undefined);
    throw error;
  }
}
