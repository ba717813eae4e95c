import { afterAll, beforeAll, expect, it } from "vitest";
import { releaseHold } from "@/lib/access/preservations/change-preservation";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { problemOf } from "@/lib/http/endpoint/problem";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { refusalOf } from "@/lib/testing/benches/refusal";
import { readOpeningFacts } from "@/lib/transactions/open/opening-facts";
import { planOpening } from "@/lib/transactions/open/plan-opening";
import { readRecord } from "@/lib/transactions/read/read-record";
import { AuditBody, RetentionBody } from "@/lib/transactions/schema";
import { setRetention } from "@/lib/transactions/status/set-retention";

const DAY_MS = 86_400_000;

let bench: AccessBench;
let otherAgency: BenchPerson;
beforeAll(async () => {
  bench = await createAccessBench();
  await bench.integrate();
  otherAgency = await bench.person({ role: "regulator", hasKey: false });
  // Both records are older than the 2,555 days that a regulator can look back.
  await bench.query("ALTER TABLE transaction DISABLE TRIGGER USER", []);
  await bench.query("UPDATE transaction SET created_at_us = created_at_us - 3000::bigint * 86400000000", []);
  await bench.query("ALTER TABLE transaction ENABLE TRIGGER USER", []);
});
afterAll(() => bench?.close());

function grantOf(who: BenchPerson, transaction: string): GrantFacts {
  const now = Date.now();
  const window = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 200 * DAY_MS) };
  const approver = (name: string) => ({ approverUserId: name, approverOrganisationId: name });
  return {
    id: uuidv7(now),
    subjectUserId: who.principal.userId,
    requesterOrganisationId: who.principal.organisationId,
    transactions: [transaction],
    groups: ["amount"],
    level: "full",
    purpose: "audit",
    ...window,
    maxViews: 5,
    viewsUsed: 0,
    state: "active",
    assurance: "",
    authorization: {
      id: uuidv7(now),
      kind: "court_order",
      state: "active",
      validFrom: window.notBefore,
      validUntil: window.notAfter,
    },
    approvals: [approver("first"), approver("second")],
  };
}

async function open(who: BenchPerson, transaction: string) {
  const body = AuditBody.parse({ purpose: "audit" });
  return planOpening(who, await readOpeningFacts(who, transaction, body), grantOf(who, transaction), body);
}

/** Returns the caller's answer, to the byte. */
const answered = async (who: BenchPerson, transaction: string): Promise<string> =>
  JSON.stringify(problemOf(await refusalOf(open(who, transaction)), { requestId: "r", instance: "/x" }));

const hold = (who: BenchPerson, transaction: string) =>
  preserveTransactions(who, NewPreservation.parse({ transactions: [transaction], reason: "Examination" }));

it("a hold of the caller's agency lifts the age limit for an instrument that names the record, while it runs", async () => {
  const [record] = bench.transactions;
  expect((await refusalOf(open(bench.regulator, record))).extra).toMatchObject({
    reason: "default.retention",
  });
  const { id } = await hold(bench.regulator, record);
  expect((await open(bench.regulator, record)).groups).toEqual(["amount"]);
  const later = { ...bench.regulator, clock: fixedClock(new Date(Date.now() + 91 * DAY_MS)) };
  expect((await refusalOf(open(later, record))).code).toBe("access.outside-retention");
  await releaseHold(bench.regulator, id, { reason: "Ended" });
  expect((await refusalOf(open(bench.regulator, record))).code).toBe("access.outside-retention");
});

it("a hold of another agency changes no answer to this one, and not its reviewers' preview", async () => {
  const [, record] = bench.transactions;
  const request = await bench.file({ asked: { transactions: [record] } });
  const preview = async () => JSON.stringify((await reviewRequest(bench.legal, request)).policy);
  const before = await answered(bench.regulator, record);
  const previewed = await preview();
  const { id } = await hold(otherAgency, record);
  expect(await answered(bench.regulator, record)).toBe(before);
  expect(await preview()).toBe(previewed);
  expect((await open(otherAgency, record)).groups).toEqual(["amount"]);
  const own = await hold(bench.regulator, record);
  expect(await preview()).not.toBe(previewed);
  await releaseHold(bench.regulator, own.id, { reason: "Ended" });
  await releaseHold(otherAgency, id, { reason: "Ended" });
  expect(await answered(bench.regulator, record)).toBe(before);
});

it("a longer retention class, set with a reason, lifts the limit for every agency's instrument, and can be reversed", async () => {
  const [record] = bench.transactions;
  const set = (retention_class: "standard" | "extended") =>
    setRetention(bench.legal, record, RetentionBody.parse({ retention_class, reason: "Litigation" }));
  expect(await set("extended")).toMatchObject({ transaction_id: record, retention_class: "extended" });
  expect((await open(bench.regulator, record)).groups).toEqual(["amount"]);
  // Its page shows the class only to those who may change it.
  const shown = async (who: BenchPerson) => (await readRecord(who, record)).retention;
  expect([await shown(bench.legal), await shown(bench.regulator)]).toEqual(["extended", undefined]);
  const { rows } = await bench.query(
    "SELECT case_id FROM audit_index WHERE action = 'transaction.hold' AND outcome = 'done'",
    [],
  );
  expect(rows).toEqual([{ case_id: bench.legal.principal.organisationId }]);
  await set("standard");
  expect((await refusalOf(open(bench.regulator, record))).code).toBe("access.outside-retention");
});
