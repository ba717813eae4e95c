import "server-only";
import { z } from "zod";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { fromBase64url } from "@/lib/crypto/bytes";
import { formatMicros } from "@/lib/crypto/instant";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { isUuid } from "@/lib/crypto/uuid";
import type { Value } from "@/lib/db/statement";
import type { RawTx } from "@/lib/db/transaction";
import { DomainError } from "@/lib/errors";
import { memberOf } from "../../crypto/json/canonical-json";
import type { EventQuery, ExportQuery } from "../schema";

type Filter = Pick<EventQuery, "actor" | "action" | "subject" | "outcome" | "purpose" | "from" | "to">;

/** The facts about a caller that decide the fence and the readable parts. */
export type Reader = Pick<Principal, "role" | "duties" | "organisationId" | "userId">;

/** The context for reading the log for a person, in a request or in a background job. */
export type ReaderContext = Pick<Context, "db" | "instance" | "clock" | "audit" | "logger"> & {
  readonly principal: Reader;
};

/** What the fence is made of. */
export type FenceContext = Pick<ReaderContext, "instance" | "principal" | "clock">;

/** Conditions on `audit_index i` with numbered parameters. A value never becomes part of the SQL text. */
export class Conditions {
  private readonly parts: string[] = [];
  readonly values: Value[] = [];

  /** Adds a condition in which each `?` stands for the value. */
  add(text: string, value: Value): this {
    this.values.push(value);
    this.parts.push(text.replaceAll("?", `$${this.values.length}`));
    return this;
  }

  /** Returns a copy of the conditions, so that more can be added without changing these. */
  copy(): Conditions {
    const copied = new Conditions();
    copied.parts.push(...this.parts);
    copied.values.push(...this.values);
    return copied;
  }

  /** Adds a parameter that is not a condition, e.g. a limit, and returns its placeholder. */
  parameter(value: Value): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  get text(): string {
    return this.parts.length === 0 ? "true" : this.parts.join(" AND ");
  }
}

const SUBJECT_COLUMNS: Readonly<Record<string, { readonly column: string; readonly isUuid: boolean }>> = {
  transaction: { column: "transaction_id", isUuid: true },
  participant: { column: "participant_id", isUuid: false },
  request: { column: "request_id", isUuid: true },
  grant: { column: "grant_id", isUuid: true },
};

/**
 * Approvers of access requests see every case of the tenant that is not sealed from them (`cases_sealed_from`).
 * Others see their own agency's cases.
 */
export function seesEveryCase(cx: { readonly principal: Pick<Reader, "duties"> }): boolean {
  return cx.principal.duties.some((duty) => duty === "approve" || duty === "legal");
}

/**
 * Only the compliance duty sees entries about suspicion: anyone else who knew of one could warn the suspected person.
 */
export function seesSuspicion(cx: { readonly principal: Pick<Reader, "duties"> }): boolean {
  return cx.principal.duties.includes("compliance");
}

/**
 * A reader's fence as a value. Entries of a case, which is a request, a legal hold or an organisation's own business,
 * are shown only to its agency and its deciders. Entries about a suspicion are shown only to compliance. The same value
 * gives the SQL of lists, counts, exports and access logs (`fencedConditions`) and the check of one row
 * (`readFence`), so that both always agree (I12).
 */
export interface Fence {
  readonly tenantId: string;
  readonly seesSuspicion: boolean;
  readonly cases:
    | { readonly of: "agency"; readonly organisationId: string }
    | { readonly of: "tenant"; readonly userId: string; readonly at: string };
}

export function fenceOf(cx: FenceContext): Fence {
  const { organisationId, userId } = cx.principal;
  return {
    tenantId: cx.instance.tenantId,
    seesSuspicion: seesSuspicion(cx),
    cases: seesEveryCase(cx)
      ? { of: "tenant", userId, at: cx.clock.now().toISOString() }
      : { of: "agency", organisationId },
  };
}

/** Cases of an agency: requests that it filed and legal holds that it placed. `?` is the organisation. */
const AGENCY_CASES = `SELECT c.id FROM (SELECT id, organisation_id
       FROM access_request UNION ALL SELECT id, organisation_id FROM preservation) c WHERE c.organisation_id = ?::uuid`;

/** The reader's fence as conditions over `audit_index i`. */
export function fencedConditions(cx: FenceContext): Conditions {
  const { tenantId, cases, ...fence } = fenceOf(cx);
  const conditions = new Conditions().add("i.tenant_id = ?::uuid", tenantId);
  if (!fence.seesSuspicion) conditions.add("i.is_suspicion = ?::boolean", false);
  if (cases.of === "agency")
    return conditions.add(
      `(i.case_id IS NULL OR i.case_id = ?::uuid OR i.case_id IN (${AGENCY_CASES}))`,
      cases.organisationId,
    );
  const [tenant, at] = [conditions.parameter(tenantId), conditions.parameter(cases.at)];
  return conditions.add(
    `(i.case_id IS NULL OR i.case_id <> ALL (
       (SELECT cases_sealed_from(${tenant}::uuid, ?::uuid, ${at}::timestamptz))::uuid[]))`,
    cases.userId,
  );
}

/** The columns of an index row that decide the fence. */
export interface FencedBy {
  readonly tenant_id: string;
  readonly case_id: string | null;
  readonly is_suspicion: boolean;
}

/**
 * Returns whether a fence lets a row through. `caseIds` are the agency's cases, or the cases that are sealed from a
 * reader of the whole tenant (`readFence`).
 */
function isWithin(
  { tenantId, cases, ...fence }: Fence,
  caseIds: ReadonlySet<string>,
  row: FencedBy,
): boolean {
  if (row.tenant_id !== tenantId || (row.is_suspicion && !fence.seesSuspicion)) return false;
  if (row.case_id === null) return true;
  if (cases.of === "tenant") return !caseIds.has(row.case_id);
  return row.case_id === cases.organisationId || caseIds.has(row.case_id);
}

/**
 * Returns an instant as microsecond text that compares with `at` as text. Entries begin in 1970, so an earlier bound
 * means 1970.
 */
export function instantText(instant: string): string {
  return formatMicros(BigInt(Math.max(Date.parse(instant), 0)) * 1000n);
}

/** Adds the filters that lists and exports share. */
export function addFilter(conditions: Conditions, filter: Filter | ExportQuery): Conditions {
  const { actor, action, subject, outcome, purpose, from, to } = filter;
  if (actor !== undefined) conditions.add("i.actor = ?", actor);
  if (action !== undefined) conditions.add("i.action = ?", action);
  if (outcome !== undefined) conditions.add("i.outcome = ?", outcome);
  if (purpose !== undefined) conditions.add("i.purpose = ?", purpose);
  if (from !== undefined) conditions.add("i.at >= ?", instantText(from));
  if (to !== undefined) conditions.add("i.at < ?", instantText(to));
  if (subject !== undefined) addSubject(conditions, subject);
  if ("grant_id" in filter && filter.grant_id !== undefined) addGrant(conditions, filter.grant_id);
  return conditions;
}

/** Entries about a grant, and about the records that it names. */
function addGrant(conditions: Conditions, id: string): void {
  conditions.add(
    `(i.grant_id = ?::uuid OR i.transaction_id IN (SELECT named::uuid FROM access_grant g, unnest(g.transactions) named
       WHERE g.id = ?::uuid))`,
    id,
  );
}

function addSubject(conditions: Conditions, subject: string): void {
  const at = subject.indexOf(":");
  const known = SUBJECT_COLUMNS[subject.slice(0, Math.max(at, 0))];
  const id = subject.slice(at + 1);
  if (known === undefined || (known.isUuid && !isUuid(id))) {
    throw new DomainError("request.invalid", {
      errors: [
        { pointer: "/subject", detail: "must be transaction:, participant:, request: or grant:, then an id" },
      ],
    });
  }
  conditions.add(`i.${known.column} = ?${known.isUuid ? "::uuid" : ""}`, id);
}

/** A cursor is the last sequence number shown. Callers must not interpret it. */
export function cursorSeq(cursor: string): number {
  try {
    const text = new TextDecoder().decode(fromBase64url(cursor));
    if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  } catch {
    // Falls through: any cursor that we did not make gets the same refusal.
  }
  throw new DomainError("request.invalid", {
    errors: [{ pointer: "/cursor", detail: "is not a cursor of this list" }],
  });
}

/** The index row's facts about the fence of its entry. */
interface RowFence {
  readonly case_id: string | null;
  readonly is_suspicion: boolean;
  /** Whether the entry's own case part opens for the case that the row names. */
  readonly isCaseShown: boolean;
}

/**
 * Returns whether an index row names no case or no suspicion although the entry's own org part does. Such a row
 * admits readers whom the fence must keep out, so no part of the entry is opened. For a reader who does not see every
 * case, the row must name the entry's own case, which only the case part shows. Only readers who see suspicions may
 * read one, whatever the row and the database's answers are.
 */
export function isRevealing(org: Json | undefined, row: RowFence, reader: Reader | undefined): boolean {
  const isOf = (mark: string): boolean => memberOf(org, mark) === true;
  const cx = reader && { principal: reader };
  const isCaseRead = row.isCaseShown || (cx !== undefined && seesEveryCase(cx));
  const isSuspicionRead = row.is_suspicion && cx !== undefined && seesSuspicion(cx);
  return (isOf("case") && (row.case_id === null || !isCaseRead)) || (isOf("suspicion") && !isSuspicionRead);
}

const Ids = z.array(z.object({ id: z.string() }));

/** Returns the ids of the agency's cases, or of the cases that are sealed from the reader at the fence's time. */
async function readCaseIds(tx: RawTx, { tenantId, cases }: Fence): Promise<ReadonlySet<string>> {
  const { rows } =
    cases.of === "agency"
      ? await tx.query(`SELECT of.id::text FROM (${AGENCY_CASES.replace("?", "$1")}) of`, [
          cases.organisationId,
        ])
      : await tx.query("SELECT unnest(cases_sealed_from($1::uuid, $2::uuid, $3::timestamptz))::text AS id", [
          tenantId,
          cases.userId,
          cases.at,
        ]);
  return new Set(Ids.parse(rows).map(({ id }) => id));
}

/** Runs a fence's database queries once and returns the check of a row. */
export async function readFence(tx: RawTx, fence: Fence): Promise<(row: FencedBy) => boolean> {
  const caseIds = await readCaseIds(tx, fence);
  return (row) => isWithin(fence, caseIds, row);
}
