import "server-only";
import { toBase64url } from "@/lib/crypto/bytes";
import { randomBytes } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import {
  type BreakGlassStatement,
  buildBreakGlass,
  type ReviewStatement,
  reasonDigest,
  type SignedReview,
} from "@/lib/escrow/protocol/break-glass-statement";
import type { RegistrationItem } from "@/lib/escrow/protocol/messages";
import type { FrozenRequestRecord, ReleaseTerms } from "@/lib/escrow/protocol/release-statement";
import { recordDigest, validityTime } from "@/lib/escrow/protocol/statements";
import type { EmergencySubmission, ReleaseSubmission } from "@/lib/escrow/protocol/submissions";
import { type PersonName, TEST_LOG, type TestCustodian } from "@/lib/testing/custodian/custodian";

const HOUR_MS = 3_600_000;
export const BREAK_GLASS_REASON = "Payment stands still, counterparty unknown.";

const later = (t: TestCustodian, ms: number): string => validityTime(new Date(t.clock.nowMs() + ms));
const groupsOf = (items: readonly RegistrationItem[]) => [...new Set(items.map(({ grp }) => grp))].sort();
const transactionsOf = (items: readonly RegistrationItem[]) => [...new Set(items.map(({ tx }) => tx))].sort();

/** Returns the frozen record of the regulator's request for these groups. */
export function askedFor(
  items: readonly RegistrationItem[],
  over: Partial<FrozenRequestRecord> = {},
): FrozenRequestRecord {
  return {
    v: 1,
    log: TEST_LOG,
    request: "01936f2a-7c1b-7def-8a10-0000000000bb",
    reference: "A-1",
    requester: "regulator-001",
    purpose: "audit",
    transactions: transactionsOf(items),
    groups: groupsOf(items),
    level: "full",
    max_views: 3,
    ...over,
  };
}

interface Released {
  readonly by?: readonly [PersonName, PersonName];
  readonly record?: Partial<FrozenRequestRecord>;
  /** Changes the terms before both sign. */
  readonly terms?: Partial<ReleaseTerms>;
}

/** Returns what two executives release: by default exactly what was asked. */
export function released(
  t: TestCustodian,
  items: readonly RegistrationItem[],
  { by = ["chair", "officer"], record: overRecord = {}, terms: overTerms = {} }: Released = {},
): ReleaseSubmission {
  const request = askedFor(items, overRecord);
  const terms = {
    log: TEST_LOG,
    request: request.request,
    request_digest: recordDigest(request),
    transactions: transactionsOf(items),
    groups: groupsOf(items),
    level: "full" as const,
    purpose: "audit",
    requester: "regulator-001",
    authorization: recordDigest(t.record()),
    not_before: later(t, 0),
    not_after: later(t, 24 * HOUR_MS),
    max_views: 3,
    nonce: toBase64url(randomBytes(32)),
    ...overTerms,
  };
  const releases = by.map((name) => {
    const statement = { ...terms, releaser: t.people[name].person.person };
    return { statement, signature: t.sign(name, "release", statement) };
  });
  return { grant: uuidv7(t.clock.nowMs()), releases, request, authorization: t.record() };
}

/** Returns a holder's use of break-glass for these groups. */
export function brokenGlass(
  t: TestCustodian,
  items: readonly RegistrationItem[],
  over: Partial<BreakGlassStatement> = {},
  by: PersonName = "glass",
  reason: string = BREAK_GLASS_REASON,
): EmergencySubmission {
  const statement = buildBreakGlass({
    log: TEST_LOG,
    transactions: transactionsOf(items),
    groups: groupsOf(items),
    level: "masked",
    requester: t.people[by].person.person,
    reason: reasonDigest(reason),
    not_after: later(t, HOUR_MS),
    nonce: toBase64url(randomBytes(32)),
    ...over,
  });
  const signature = t.sign(by, "break-glass", statement);
  return { grant: uuidv7(t.clock.nowMs()), emergency: { statement, signature }, reason };
}

/** Returns another person's review of a use. */
export function reviewed(
  t: TestCustodian,
  { grant, emergency }: EmergencySubmission,
  over: Partial<ReviewStatement> = {},
  by: PersonName = "legal",
): SignedReview {
  const statement: ReviewStatement = {
    log: TEST_LOG,
    grant,
    emergency: recordDigest(emergency.statement),
    outcome: "justified",
    reviewer: t.people[by].person.person,
    ...over,
  };
  return { statement, signature: t.sign(by, "review", statement) };
}
