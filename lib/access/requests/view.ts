import type { GrantView } from "@/lib/access/grants/schema";
import type { GrantRow } from "@/lib/access/grants/store";
import { assuranceView } from "@/lib/access/legal-authorities/assurance";
import type { AuthorizationRow, ListedAuthority } from "@/lib/access/legal-authorities/store";
import type { AuthorizationView, RequestSummary } from "@/lib/access/requests/answer-schema";
import type { Turn } from "@/lib/access/requests/queue-store";
import type { ShownGrantState } from "@/lib/access/requests/schema";
import type { RequestRow } from "@/lib/access/requests/store";
import type { Assignee } from "@/lib/access/review/assignee-store";
import { isWithin } from "@/lib/access/rules/limits";
import { shownLevel } from "@/lib/access/rules/purposes";
import type { DecidingSet } from "@/lib/context/policies";
import { InvariantError } from "@/lib/errors";
import { validityTime } from "@/lib/escrow/protocol/statements";
import type { Person } from "@/lib/identity/people/people-store";
import { InstrumentKind } from "@/lib/vocabulary";

/** People by id, for naming them. */
export type Names = ReadonlyMap<string, Person>;

export function personView(names: Names, userId: string) {
  const person = names.get(userId);
  if (person === undefined) throw new InvariantError("a person of a request does not exist");
  return { handle: person.handle, name: person.name, organisation: person.organisation };
}

/** What a summary shows in addition to the request itself. */
export interface SummaryExtras {
  readonly names: Names;
  readonly turn: Turn | undefined;
  readonly authority: Pick<ListedAuthority, "kind" | "issuer" | "caseNumber"> | undefined;
  /** The reader must read the order first: what was typed of it is withheld. */
  readonly isBlind: boolean;
  /** Who looks after it, for readers who review; undefined for all others. */
  readonly assignee?: Assignee | undefined;
}

function authorityMember({ authority, isBlind }: SummaryExtras) {
  if (authority === undefined) return {};
  const kind = InstrumentKind.parse(authority.kind);
  const { issuer, caseNumber } = authority;
  return { authority: isBlind ? { kind } : { kind, issuer, case_number: caseNumber } };
}

export function requestSummary(row: RequestRow, extras: SummaryExtras): RequestSummary {
  const { names, turn } = extras;
  return {
    id: row.id,
    reference: row.reference,
    state: row.state,
    purpose: row.purpose,
    fields: [...row.groups],
    level: row.level,
    transactions_count: row.transactions.length,
    requester: personView(names, row.requesterUserId),
    ...(turn?.waitingFor === undefined ? {} : { waiting_for: turn.waitingFor }),
    is_waiting_for_me: turn?.isMine ?? false,
    ...authorityMember(extras),
    ...(extras.assignee === undefined ? {} : { assignee: { ...extras.assignee } }),
    ...(row.dueAt === undefined ? {} : { due_at: validityTime(row.dueAt) }),
    ...(row.responseDueAt === undefined ? {} : { response_due_at: validityTime(row.responseDueAt) }),
    ...(row.escalatedTo === undefined ? {} : { escalated_to: row.escalatedTo }),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString(),
    version: row.version,
  };
}

/** The facts that deciders read for themselves, and the digest over them: who guesses the facts could check a guess by it. */
function orderFacts(row: AuthorizationRow) {
  return {
    issuer: row.issuer,
    case_number: row.caseNumber,
    valid_from: validityTime(row.validFrom),
    valid_until: validityTime(row.validUntil),
    record_digest: row.recordDigest,
  };
}

/** Returns the legal authority; with `isBlind` without what was typed of it. */
export function authorizationView(row: AuthorizationRow, isBlind = false): AuthorizationView {
  const { document, sealed } = row;
  return {
    id: row.id,
    state: row.state,
    kind: row.kind,
    jurisdiction: row.jurisdiction,
    ...(isBlind ? { withheld: true as const } : orderFacts(row)),
    ...(row.recognitionBasis === undefined ? {} : { recognition_basis: row.recognitionBasis }),
    ...(sealed === undefined ? {} : { sealed: { basis: sealed.basis, until: validityTime(sealed.until) } }),
    ...assuranceView(row.verifications),
    ...(row.reach === undefined ? {} : { reach: row.reach }),
    ...(row.isSingleUse ? { single_use: true } : {}),
    ...(row.sources === undefined ? {} : { sources: row.sources }),
    ...(document === undefined
      ? {}
      : {
          document: {
            sha256: document.sha256,
            bytes: document.bytes,
            media_type: document.mediaType,
            scan: document.scan,
          },
        }),
  };
}

/**
 * Returns the state at this moment: an end in time or budget shows before a job has recorded it. The custodian's receipt
 * names the log of the grant. After that log was closed, the custodian does not know the grant.
 */
export function grantStateAt(
  grant: Pick<GrantRow, "state" | "viewsUsed" | "maxViews" | "notBefore" | "notAfter" | "log">,
  now: Date,
  log: string,
): ShownGrantState {
  if (grant.state !== "active") return grant.state;
  if (grant.viewsUsed >= grant.maxViews) return "exhausted";
  const isOver = now >= grant.notBefore && !isWithin(grant.notBefore, grant.notAfter, now);
  if (isOver) return "expired";
  return grant.log === undefined || grant.log === log ? "active" : "former_log";
}

/**
 * Returns the reference of a grant for people: its request's number with GR; for a dispute's grant, which has no
 * number, DG and the end of its id, and for break-glass BG.
 */
export function grantReference(grant: {
  readonly id: string;
  readonly requestReference: string | undefined;
  readonly breakGlass?: unknown;
}): string {
  const kind = grant.breakGlass === undefined ? "DG" : "BG";
  return grant.requestReference?.replace(/^AR-/, "GR-") ?? `${kind}-${grant.id.slice(-8)}`;
}

function authorityOf(grant: GrantRow) {
  if (grant.authorization === undefined || grant.order === undefined) return {};
  const { issuer, caseNumber } = grant.order;
  return { authority: { kind: grant.authorization.kind, issuer, case_number: caseNumber } };
}

/** What a view of a grant shows in addition to its row. */
export interface GrantExtras {
  readonly holder: Pick<Person, "handle" | "name"> | undefined;
  readonly opened: number;
  readonly now: Date;
  /** Origin of the present log. */
  readonly log: string;
  readonly policies: DecidingSet;
}

export function grantView(grant: GrantRow, { holder, opened, now, log, policies }: GrantExtras): GrantView {
  const { level, purpose, authorization } = grant;
  const terms = { level, purpose, instrument: authorization?.kind };
  return {
    id: grant.id,
    reference: grantReference(grant),
    ...(grant.requestId === undefined ? {} : { request_id: grant.requestId }),
    ...(grant.breakGlass === undefined ? {} : { break_glass_id: grant.breakGlass.id }),
    ...(grant.dispute === undefined ? {} : { dispute_id: grant.dispute.id }),
    transactions: [...grant.transactions],
    fields: [...grant.groups],
    masked_fields: grant.groups.filter((group) => shownLevel(terms, group, policies) === "masked"),
    level: grant.level,
    purpose: grant.purpose,
    not_before: validityTime(grant.notBefore),
    not_after: validityTime(grant.notAfter),
    max_views: grant.maxViews,
    views_left: grant.maxViews - grant.viewsUsed,
    max_exports: grant.maxExports,
    exports_left: grant.maxExports - grant.exportsUsed,
    state: grantStateAt(grant, now, log),
    assurance: grant.assurance,
    ...(grant.authorization === undefined ? {} : { authorization_id: grant.authorization.id }),
    ...authorityOf(grant),
    opened,
    holder: holder?.handle ?? "",
    holder_name: holder?.name ?? "",
    created_at: grant.createdAt.toISOString(),
    ...(grant.revokedAt === undefined ? {} : { revoked_at: grant.revokedAt.toISOString() }),
  };
}
