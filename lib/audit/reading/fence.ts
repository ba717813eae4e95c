import "server-only";
import type { Context } from "@/lib/context/context";
import type { Principal } from "@/lib/context/principal";
import { fromBase64url } from "@/lib/crypto/bytes";
import { formatMicros } from "@/lib/crypto/instant";
import { isUuid } from "@/lib/crypto/uuid";
import { DomainError } from "@/lib/errors";
import type { EventQuery, ExportQuery } from "../schema";

type Filter = Pick<EventQuery, "actor" | "action" | "subject" | "outcome" | "purpose" | "from" | "to">;

/** What of a caller the fence and the readable parts depend on. */
export type Reader = Pick<Principal, "role" | "duties" | "organisationId" | "userId">;

/** What reading the log for somebody needs, whether they wait for it or not. */
export type ReaderContext = Pick<Context, "db" | "instance" | "clock" | "audit" | "logger"> & {
  readonly principal: Reader;
};

/** What the fence is made of. */
export type FenceContext = Pick<ReaderContext, "instance" | "principal" | "clock">;

/** Conditions over `audit_index i` with numbered parameters; no value ever becomes part of the text. */
export class Conditions {
  private readonly parts: string[] = [];
  readonly values: unknown[] = [];

  /** Adds a condition in which each `?` stands for the value. */
  add(text: string, value: unknown): this {
    this.values.push(value);
    this.parts.push(text.replaceAll("?", `$${this.values.length}`));
    return this;
  }

  /** The same conditions, to which more can be added without changing these. */
  copy(): Conditions {
    const copied = new Conditions();
    copied.parts.push(...this.parts);
    copied.values.push(...this.values);
    return copied;
  }

  /** What meets the one or the other. */
  static either(one: Conditions, other: Conditions): Conditions {
    const both = new Conditions();
    const texts = [one, other].map((conditions) => `(${both.take(conditions)}) IS TRUE`);
    both.parts.push(`(${texts.join(" OR ")})`);
    return both;
  }

  /** Adds that the other conditions are not met. */
  addNone(other: Conditions): this {
    this.parts.push(`(${this.take(other)}) IS NOT TRUE`);
    return this;
  }

  /** Takes the others' values, and gives their text with the places these have here. */
  private take(other: Conditions): string {
    const before = this.values.length;
    this.values.push(...other.values);
    return other.text.replaceAll(/\$(\d+)/g, (_match, at: string) => `$${before + Number(at)}`);
  }

  /** The place of one more parameter that is no condition, e.g. a limit. */
  parameter(value: unknown): string {
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
 * Who decides about access requests sees every case of the tenant that is not sealed from him (`cases_sealed_from`); others
 * see their own agency's.
 */
export function seesEveryCase(cx: { readonly principal: Pick<Reader, "duties"> }): boolean {
  return cx.principal.duties.some((duty) => duty === "approve" || duty === "legal");
}

/** Entries about suspicion are for the duty compliance: anybody else who knew of one could warn somebody. */
export function seesSuspicion(cx: { readonly principal: Pick<Reader, "duties"> }): boolean {
  return cx.principal.duties.includes("compliance");
}

/**
 * The tenant, and the fences: rows of a case, which is a request, a legal hold or an organisation's own business, are
 * there only for its agency and its deciders, rows about suspicion only for compliance, in lists, counts, exports and
 * access logs alike (I12).
 */
export function fencedConditions(cx: FenceContext): Conditions {
  const conditions = new Conditions().add("i.tenant_id = ?::uuid", cx.instance.tenantId);
  if (!seesSuspicion(cx)) conditions.add("i.is_suspicion = ?::boolean", false);
  if (seesEveryCase(cx)) return addNotSealed(conditions, cx);
  return conditions.add(
    `(i.case_id IS NULL OR i.case_id = ?::uuid OR i.case_id IN (SELECT c.id FROM (SELECT id, organisation_id
       FROM access_request UNION ALL SELECT id, organisation_id FROM preservation) c WHERE c.organisation_id = ?::uuid))`,
    cx.principal.organisationId,
  );
}

/** Leaves out the cases that are sealed from the reader now, about records that an organisation of his is a party to. */
function addNotSealed(conditions: Conditions, cx: FenceContext): Conditions {
  const tenant = conditions.parameter(cx.instance.tenantId);
  const at = conditions.parameter(cx.clock.now().toISOString());
  return conditions.add(
    `(i.case_id IS NULL OR i.case_id <> ALL (
       (SELECT cases_sealed_from(${tenant}::uuid, ?::uuid, ${at}::timestamptz))::uuid[]))`,
    cx.principal.userId,
  );
}

/** What the fence goes by, of one entry. */
export interface FencedBy {
  readonly tenant_id: string;
  readonly case_id: string | null;
  readonly is_suspicion: boolean;
}

/**
 * Whether the fence lets this through whatever rows there are of cases: `fencedConditions` without a question to the
 * database, whose owner can answer it falsely. False also where only the database tells whose a case is. What it says is
 * sealed from the reader is left out.
 */
export function isSurelyWithin(
  cx: Pick<ReaderContext, "instance" | "principal">,
  by: FencedBy,
  sealed: readonly string[],
): boolean {
  if (by.tenant_id !== cx.instance.tenantId || (by.is_suspicion && !seesSuspicion(cx))) return false;
  if (by.case_id === null || by.case_id === cx.principal.organisationId) return true;
  return seesEveryCase(cx) && !sealed.includes(by.case_id);
}

/** Microsecond text of a given instant, comparable with `at` as text. */
export function instantText(instant: string): string {
  return formatMicros(BigInt(Date.parse(instant)) * 1000n);
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
      errors: [{ pointer: "/subject", detail: "transaction:, participant:, request: or grant: and an id" }],
    });
  }
  conditions.add(`i.${known.column} = ?${known.isUuid ? "::uuid" : ""}`, id);
}

/** A cursor is the last sequence number shown, opaque to callers. */
export function cursorSeq(cursor: string): number {
  try {
    const text = new TextDecoder().decode(fromBase64url(cursor));
    if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  } catch {
    // Falls through: any cursor we did not make is refused alike.
  }
  throw new DomainError("request.invalid", {
    errors: [{ pointer: "/cursor", detail: "not a cursor of this list" }],
  });
}
