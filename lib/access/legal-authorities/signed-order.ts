import "server-only";
import type { SignedMembers } from "@/lib/access/legal-authorities/authorization-record";
import { refuseSignature } from "@/lib/access/legal-authorities/document-signature";
import { findAgencyDomains, listReached } from "@/lib/access/legal-authorities/use-store";
import type { AuthorizationFactsBody } from "@/lib/access/requests/authorization-schema";
import { findSelectedRecords } from "@/lib/access/requests/records-store";
import { endOf, startOf } from "@/lib/access/rules/validity";
import { checkOrder } from "@/lib/authorities/jws";
import { findKey } from "@/lib/authorities/registry/store";
import { failed, SignatureRefusal } from "@/lib/authorities/report";
import type { SignatureReport, SignedOrder } from "@/lib/authorities/schema";
import { type Asked, beyond, type Reach } from "@/lib/authorities/selector";
import type { Context } from "@/lib/context/context";
import { toBase64url, utf8 } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import type { Running } from "@/lib/db/statement";
import { DomainError, type FieldError } from "@/lib/errors";

/** A JWS order that is valid at this moment. */
export interface HeldOrder {
  readonly jws: string;
  readonly report: SignatureReport;
  readonly members: SignedMembers;
  /** What was typed, with the order's own times in place of days. */
  readonly facts: AuthorizationFactsBody;
}

/** A signed order, and the request that it is to carry. */
interface OrderOf {
  readonly jws: string;
  readonly requestId: string;
}

/**
 * Judges the order as of now, for the agency whose request it is. Throws `authorization.signature` unless it passes.
 */
async function requireOrder(
  tx: Running,
  cx: Context,
  { jws, requestId }: OrderOf,
): Promise<{ readonly report: SignatureReport; readonly order: SignedOrder }> {
  const { tenantId, log } = cx.instance;
  const find = (kid: string) => findKey(tx, tenantId, kid);
  const agencies = await findAgencyDomains(tx, requestId);
  const { report, order } = await checkOrder(jws, { aud: log, at: cx.clock.now(), find, agencies });
  if (report.indication !== "TOTAL-PASSED" || order === undefined) refuseSignature(report);
  return { report, order };
}

/**
 * Whether a typed value matches the order's time: a typed day must be the day of that time, and a typed time must be
 * equal to it.
 */
function begins(typed: string, signed: string): boolean {
  return isDay(typed) ? signed.startsWith(typed) : startOf(typed).getTime() === Date.parse(signed);
}

/** Whether a typed end matches the order, half-open: for an end at midnight, the day before. */
function ends(typed: string, signed: string): boolean {
  const last = new Date(Date.parse(signed) - 1).toISOString();
  return isDay(typed) ? last.startsWith(typed) : endOf(typed).getTime() === Date.parse(signed);
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text);

/** Throws for each member typed with a signed order that differs from the order. */
function requireSameFacts(report: SignatureReport, facts: AuthorizationFactsBody, order: SignedOrder): void {
  const says = (name: keyof AuthorizationFactsBody, typed: unknown, signed: unknown): FieldError[] =>
    typed === signed
      ? []
      : [{ pointer: `/${name}`, detail: `the signed order says “${String(signed ?? "")}”` }];
  const errors = [
    ...says("issuer", facts.issuer, order.issuer),
    ...says("jurisdiction", facts.jurisdiction, order.jurisdiction),
    ...says("kind", facts.kind, order.kind),
    ...says("case_number", facts.case_number, order.case_number),
    ...(begins(facts.valid_from, order.valid_from)
      ? []
      : says("valid_from", facts.valid_from, order.valid_from)),
    ...(ends(facts.valid_until, order.valid_until)
      ? []
      : says("valid_until", facts.valid_until, order.valid_until)),
    ...says("recognition_basis", facts.recognition_basis, order.recognition_basis),
    // Not asked for with a signed order, which contains it. A different typed value means a different order.
    ...(facts.single_use === undefined
      ? []
      : says("single_use", facts.single_use, order.single_use ?? false)),
  ];
  if (errors.length === 0) return;
  const refusal = new SignatureRefusal("facts", "The typed facts do not match the signed order.");
  refuseSignature(failed(report.method, new Date(report.judged_at), refusal, report), errors);
}

function reachOf({ selector, fields, purpose, max_records: most, agency }: SignedOrder): Reach {
  return {
    selector,
    ...(fields === undefined ? {} : { fields }),
    ...(purpose === undefined ? {} : { purpose }),
    ...(most === undefined ? {} : { max_records: most }),
    ...(agency === undefined ? {} : { agency }),
  };
}

/**
 * Accepts a JWS order: it must pass now, and match what was typed with it. Throws `authorization.signature` with
 * `fault`, `indication` and `sub_indication`.
 */
export async function takeOrder(
  tx: Running,
  cx: Context,
  facts: AuthorizationFactsBody,
  { jws, requestId }: OrderOf,
): Promise<HeldOrder> {
  const { report, order } = await requireOrder(tx, cx, { jws, requestId });
  requireSameFacts(report, facts, order);
  const digest = toBase64url(sha256(utf8(jws)));
  const signature = { method: "jws" as const, sha256: digest, kid: report.kid ?? "" };
  const { valid_from, valid_until } = order;
  return {
    jws,
    report,
    members: { signature, reach: reachOf(order) },
    facts: { ...facts, valid_from, valid_until, single_use: order.single_use },
  };
}

/** Judges a kept order again, as of now: its key may have been revoked or may have expired. */
export async function judgeAgain(tx: Running, cx: Context, of: OrderOf): Promise<SignatureReport> {
  return (await requireOrder(tx, cx, of)).report;
}

/** What a request, or what is left of it, asks for. */
export type AskedIds = Pick<Asked, "purpose" | "fields"> & { readonly transactions: readonly string[] };

/**
 * Throws `authorization.scope` when the request asks for more than its order reaches, together with what others reached
 * on the same order. A paper order names no reach. Other calls that check the same order wait until the transaction
 * ends.
 */
export async function requireReach(
  tx: Running,
  { id, reach }: { readonly id: string; readonly reach: Reach | undefined },
  asked: AskedIds,
): Promise<void> {
  if (reach === undefined) return;
  const records = await findSelectedRecords(tx, asked.transactions);
  const reached = reach.max_records === undefined ? [] : await listReached(tx, id);
  const excess = beyond(reach, { ...asked, records, reached });
  if (excess === undefined) return;
  throw new DomainError("authorization.scope", {
    detail: excess.detail,
    extra: { reason: `scope.${excess.member}`, member: excess.member },
  });
}
