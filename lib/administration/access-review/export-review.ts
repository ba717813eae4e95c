import "server-only";
import { buildResult } from "@/lib/administration/access-review/finish-review";
import { loadReview, signaturesOver } from "@/lib/administration/access-review/load-review";
import {
  type ResultAnswer,
  type ResultRow,
  ReviewResult,
} from "@/lib/administration/access-review/result-schema";
import { findResult } from "@/lib/administration/access-review/store";
import { csvCell } from "@/lib/audit/export/tables/csv-cell";
import { recordEvent } from "@/lib/audit/record/record-event";
import type { Context } from "@/lib/context/context";
import { inSnapshot } from "@/lib/db/transaction";
import { recordDigest } from "@/lib/escrow/protocol/statements";

/**
 * Readers of one organisation read its rows and the signatures over them, without a digest: it covers all of them.
 */
async function read(cx: Context, id: string): Promise<ResultAnswer> {
  return inSnapshot(cx, async (tx) => {
    const { review, rows, all } = await loadReview(tx, cx, id);
    const kept = review.state === "running" ? undefined : await findResult(tx, cx.instance.tenantId, id);
    const result = kept === undefined ? await buildResult(tx, cx, review) : ReviewResult.parse(kept);
    if (rows.length === all.length) return { result, digest: review.digest };
    const own = new Set(rows.map(({ kind, subjectId }) => `${kind}:${subjectId}`));
    const shown = result.rows.filter(({ kind, id: subjectId }) => own.has(`${kind}:${subjectId}`));
    const covering = await signaturesOver(tx, { review, rows, all });
    const known = new Set(covering.map(({ statement }) => recordDigest(statement)));
    const signatures = result.signatures.filter(({ statement }) => known.has(recordDigest(statement)));
    return { result: { ...result, rows: shown, signatures }, digest: null };
  });
}

async function record(cx: Context, id: string, format: string, { result, digest }: ResultAnswer) {
  await recordEvent(cx, {
    class: "export",
    outcome: "done",
    action: "access_review.export",
    subjects: [],
    details: { review: id, format, rows: result.rows.length, ...(digest === null ? {} : { result: digest }) },
  });
}

/** Returns the result of a review, as it was at its end or as it is now. Throws as `getReview`. */
export async function getResult(cx: Context, id: string): Promise<ResultAnswer> {
  const answer = await read(cx, id);
  await record(cx, id, "json", answer);
  return answer;
}

const COLUMNS: readonly (readonly [title: string, of: (row: ResultRow) => string | null])[] = [
  ["kind", ({ kind }) => kind],
  ["name", ({ facts }) => facts.name],
  ["belongs_to", ({ facts }) => facts.owner],
  ["organisation", ({ facts }) => facts.organisation],
  ["role", ({ facts }) => facts.role],
  ["duties", ({ facts }) => facts.duties.join(" ")],
  ["also_belongs_to", ({ facts }) => facts.memberships.join("; ")],
  ["participant", ({ facts }) => facts.participant],
  ["key_may", ({ facts }) => facts.scopes.join(" ")],
  ["key_ends", ({ facts }) => facts.ends_at],
  ["state", ({ facts }) => facts.state],
  ["signs_in_with", ({ facts }) => facts.signs_in_with],
  ["last_used", ({ facts }) => facts.last_used_at],
  ["looks", ({ facts }) => facts.looks.join(" ")],
  ["decision", ({ decision, is_gone }) => decision ?? (is_gone ? "left" : "undecided")],
  ["reason", ({ reason }) => reason],
  ["decided_by", ({ decided_by: by }) => by],
  ["decided_at", ({ decided_at: at }) => at],
  ["signed", ({ is_signed }) => (is_signed ? "yes" : "no")],
  ["paused_duties", ({ paused }) => paused.join(" ")],
  ["agreement", ({ agreement_id: agreement }) => agreement],
  ["id", ({ id }) => id],
];

/** Returns rows as CSV by RFC 4180; a cell never runs as a formula. */
export function writeCsv(rows: readonly (readonly (string | null)[])[]): string {
  return rows.map((row) => `${row.map((cell) => csvCell(cell ?? "", ",")).join(",")}\r\n`).join("");
}

/** Returns a file of the API that no cache keeps. */
export function csvFile(name: string, csv: string): { readonly response: Response } {
  return {
    response: new Response(csv, {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${name}"`,
      },
    }),
  };
}

/** Returns the result of a review as a table. Throws as `getReview`. */
export async function exportReview(cx: Context, id: string): Promise<{ readonly response: Response }> {
  const answer = await read(cx, id);
  await record(cx, id, "csv", answer);
  const lines = answer.result.rows.map((row) => COLUMNS.map(([, of]) => of(row)));
  return csvFile(`access-review-${id}.csv`, writeCsv([COLUMNS.map(([title]) => title), ...lines]));
}
