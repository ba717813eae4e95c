import "server-only";
import { resolveCoViewers } from "@/lib/access/decisions/name-co-viewers";
import type { RequestAnswer } from "@/lib/access/requests/answer-schema";
import { changeAsked } from "@/lib/access/requests/change-store";
import { requireKnownTransactions, requireSpan } from "@/lib/access/requests/check-asked";
import { loadRequest } from "@/lib/access/requests/load-request";
import { answerRequest } from "@/lib/access/requests/request-view";
import type { ChangedRequest } from "@/lib/access/requests/schema";
import type { Asked, RequestRow } from "@/lib/access/requests/store";
import { authorize } from "@/lib/access/rules/authorize";
import { grantLimits, requireWithinLimits } from "@/lib/access/rules/grant-limits";
import { askingFacts } from "@/lib/access/rules/purposes";
import { startOf } from "@/lib/access/rules/validity";
import { appendEntry } from "@/lib/audit/record/append-entry";
import type { Context } from "@/lib/context/context";
import { inTransaction } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";

/** Naming transactions replaces a query, and the other way round. */
function changedTarget(row: RequestRow, body: ChangedRequest): Pick<Asked, "transactions" | "query"> {
  if (body.transactions !== undefined) {
    return { transactions: [...new Set(body.transactions)].sort(), query: undefined };
  }
  if (body.query !== undefined) return { transactions: [], query: body.query };
  return { transactions: row.transactions, query: row.query };
}

/** Returns a member after a change that leaves it out, removes it with null, or sets it. */
function changed<T>(held: T | undefined, given: T | null | undefined): T | undefined {
  return given === undefined ? held : (given ?? undefined);
}

function instantOf(text: string | null | undefined): Date | null | undefined {
  return typeof text === "string" ? startOf(text) : text;
}

function changedAsked(row: RequestRow, body: ChangedRequest, coViewers: readonly string[]): Asked {
  return {
    coViewers,
    purpose: body.purpose ?? row.purpose,
    justification: body.justification ?? row.justification,
    legalBasis: changed(row.legalBasis, body.legal_basis),
    ...changedTarget(row, body),
    groups: body.fields ?? row.groups,
    level: body.level ?? row.level,
    from: changed(row.from, instantOf(body.from)),
    until: changed(row.until, instantOf(body.until)),
    maxViews: body.max_views ?? row.maxViews,
    maxExports: body.max_exports ?? row.maxExports,
  };
}

function requireVersion(row: RequestRow, expected: number | undefined): void {
  if (expected === undefined || expected === row.version) return;
  throw new DomainError("request.outdated", {
    detail: `The draft was changed in the meantime. You sent version ${expected}, the current version is ${row.version}. Read it again.`,
    extra: { version: row.version },
  });
}

/** Changes a draft. With a version (If-Match, or `version` in the body) it does not overwrite a change made since. */
export async function changeDraft(
  cx: Context,
  id: string,
  body: ChangedRequest,
  ifMatch?: number,
): Promise<RequestAnswer> {
  const entry = await inTransaction(cx, async (tx) => {
    const { permit, row } = await loadRequest(tx, cx, id, "request.change");
    requireVersion(row, ifMatch ?? body.version);
    if (row.state !== "draft") {
      throw new DomainError("request.illegal-transition", { detail: "Only a draft can be changed." });
    }
    const named =
      body.co_viewers === undefined ? row.coViewers : await resolveCoViewers(tx, cx, body.co_viewers);
    const asked = changedAsked(row, body, named);
    await authorize(cx, "request.create", askingFacts(cx, asked));
    requireSpan(asked, cx.clock.now());
    requireWithinLimits(asked, grantLimits(cx.policies.active()), cx.clock.now());
    await requireKnownTransactions(tx, cx.instance.tenantId, asked.transactions);
    const changed = await changeAsked(tx, permit, row, asked, cx.clock.now());
    if (!changed) throw new DomainError("request.conflict");
    return appendEntry(tx, cx, {
      class: "access",
      outcome: "done",
      action: "request.change",
      subjects: [`request:${id}`],
      purpose: asked.purpose,
      caseId: id,
      caseDetails: {
        transactions: [...asked.transactions],
        groups: [...asked.groups],
        level: asked.level,
        ...(named.length === 0 ? {} : { co_viewers: [...named] }),
      },
      index: { requestId: id },
    });
  });
  return answerRequest(cx, id, entry);
}
