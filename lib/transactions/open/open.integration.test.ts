import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { releaseHold } from "@/lib/access/preservations/change-preservation";
import { preserveTransactions } from "@/lib/access/preservations/preserve-transactions";
import { NewPreservation } from "@/lib/access/preservations/schema";
import { reviewRequest } from "@/lib/access/review/review-request";
import type { GrantFacts } from "@/lib/access/rules/facts";
import { fixedClock } from "@/lib/clock";
import { uuidv7 } from "@/lib/crypto/uuid";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { OpenStatement } from "@/lib/escrow/protocol/statements";
import { problemOf } from "@/lib/http/endpoint/problem";
import { type Limits, openLimits } from "@/lib/rate-limit/limits";
import { openLimitPool } from "@/lib/rate-limit/ratelimit";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { BENCH_WAIT_MS } from "@/lib/testing/benches/audit-bench";
import { outcomeOf, refusalOf } from "@/lib/testing/benches/refusal";
import { called } from "@/lib/testing/called";
import { signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";
import { countStatements } from "@/lib/testing/routes/count-statements";
import { LOCK_WAITS } from "@/lib/testing/servers/database";
import { openTransaction } from "@/lib/transactions/open/open-transaction";
import { readOpeningFacts } from "@/lib/transactions/open/opening-facts";
import { grantFor, planOpening } from "@/lib/transactions/open/plan-opening";
import { prepareOpening } from "@/lib/transactions/open/prepare-opening";
import { readRecord } from "@/lib/transactions/read/read-record";
import { AuditBody, RetentionBody } from "@/lib/transactions/schema";
import { setRetention } from "@/lib/transactions/status/set-retention";

let bench: AccessBench;
beforeAll(async () => {
  bench = await createAccessBench();
});
afterAll(() => bench.close());

describe("an opening that is not spent", () => {
  // A prepared opening costs its holder a passkey's signature. It is spent only together with the intent and the view.

  /** Twenty openings a minute use up a grant's day (identity.md "Rate limiting"). */
  const DAY = 20;
  const NOWHERE = "postgresql://unknown@127.0.0.1:1/none";

  let bench: AccessBench;
  let pools: readonly Pool[];
  let holder: BenchPerson;
  let limits: Limits;
  let noLimits: Limits;
  beforeAll(async () => {
    bench = await createAccessBench();
    const urls = [bench.database.appUrl, NOWHERE];
    const [counters, unreachable] = urls.map((url) => openLimitPool({ url, waitMs: BENCH_WAIT_MS }));
    if (counters === undefined || unreachable === undefined) throw new TypeError("no pools");
    pools = [counters, unreachable];
    const secret = new Uint8Array(32).fill(7);
    limits = openLimits({ pool: counters, secret, drawMs: BENCH_WAIT_MS }, { open: 1 });
    noLimits = openLimits({ pool: unreachable, secret, drawMs: 1_000 }, { open: 1 });
    holder = { ...bench.regulator, limits };
  });
  afterAll(async () => {
    await bench?.close();
    await Promise.all((pools ?? []).map((pool) => pool.end()));
  });

  async function newGrant(maxViews = 5): Promise<string> {
    const id = await bench.file({ asked: { max_views: maxViews } });
    await decideRequest(bench.legal, id, bench.approval("legal"));
    const { grant_id } = await decideRequest(bench.approver, id, bench.approval("coordinator"));
    if (grant_id === undefined) throw new TypeError("no grant");
    return grant_id;
  }

  interface Prepared {
    readonly id: string;
    readonly statement: OpenStatement;
    readonly open: (who?: BenchPerson) => Promise<string>;
  }

  /** A prepared and signed opening, and one call that uses it. */
  async function prepare(grant_id: string): Promise<Prepared> {
    const [transaction] = bench.transactions;
    const { opening_id, statement } = await prepareOpening(holder, {
      grant_id,
      transactions: [transaction],
      fields: ["amount"],
    });
    const signature = await signAsPortal(bench.keystore, "open", statement);
    const body = { purpose: "audit" as const, grant_id, fields: ["amount" as const] };
    const opening = { opening_id, signature };
    const open = (who = holder) => outcomeOf(openTransaction(who, transaction, { ...body, opening }));
    return { id: opening_id, statement, open };
  }

  async function viewsUsed(grant: string): Promise<unknown> {
    const { rows } = await bench.query("SELECT views_used FROM access_grant WHERE id = $1", [grant]);
    return Object(rows[0]).views_used;
  }

  async function setViews(grant: string, views: number): Promise<void> {
    await bench.query("ALTER TABLE access_grant DISABLE TRIGGER USER", []);
    await bench.query("UPDATE access_grant SET max_views = $2 WHERE id = $1", [grant, views]);
    await bench.query("ALTER TABLE access_grant ENABLE TRIGGER USER", []);
  }

  /** Lets every call of `calls` reach the grant's row, which is locked until all of them wait for it. */
  async function meetingAtTheGrant<T>(grant: string, calls: readonly (() => Promise<T>)[]): Promise<T[]> {
    const lock = await bench.cx.db.pool.connect();
    try {
      await lock.query("BEGIN");
      await lock.query("SELECT FROM access_grant WHERE id = $1 FOR UPDATE", [grant]);
      const running = calls.map((call) => call());
      await expect
        .poll(async () => (await bench.query(LOCK_WAITS, [])).rows.length, { timeout: 150_000 })
        .toBe(calls.length);
      await lock.query("ROLLBACK");
      return await Promise.all(running);
    } finally {
      lock.release();
    }
  }

  it("a daily budget that is used up leaves the opening usable", async () => {
    const grant = await newGrant();
    const prepared = await prepare(grant);
    for (let taken = 0; taken < DAY; taken += 1) await limits.take("grant_day", grant);
    expect(await prepared.open()).toBe("rate.exceeded");
    expect(await viewsUsed(grant)).toBe(0);
    // A refused draw is counted as well.
    for (let given = 0; given < 2; given += 1) await limits.giveBack("grant_day", grant);
    expect([await prepared.open(), await viewsUsed(grant)]).toEqual(["done", 1]);
  });

  it("a rate limiter that does not answer leaves the opening usable", async () => {
    const grant = await newGrant();
    const prepared = await prepare(grant);
    expect(await prepared.open({ ...holder, limits: noLimits })).toBe("service.limiter-unavailable");
    expect([await prepared.open(), await viewsUsed(grant)]).toEqual(["done", 1]);
  });

  it("a last view that a parallel call takes leaves the opening usable, and returns its unit of the day", async () => {
    // The custodian allows two views, so that only the portal's count decides here.
    const grant = await newGrant(2);
    await setViews(grant, 1);
    const both = [await prepare(grant), await prepare(grant)];
    for (let taken = 0; taken < DAY - 2; taken += 1) await limits.take("grant_day", grant);
    const codes = await meetingAtTheGrant(
      grant,
      both.map(
        ({ open }) =>
          () =>
            open(),
      ),
    );
    expect([...codes].sort()).toEqual(["access.views-exhausted", "done"]);
    const loser = both[codes.indexOf("access.views-exhausted")];
    await setViews(grant, 2);
    // The loser takes the day's last unit: its first attempt has returned its own.
    expect(await loser?.open()).toBe("done");
  });

  it("a log that takes no entry leaves the opening usable, and returns its unit of the day", async () => {
    const grant = await newGrant();
    const prepared = await prepare(grant);
    for (let taken = 0; taken < DAY - 1; taken += 1) await limits.take("grant_day", grant);
    await bench.query("ALTER TABLE audit_queue ADD CONSTRAINT closed CHECK (false) NOT VALID", []);
    await expect(prepared.open()).rejects.toThrow();
    await bench.query("ALTER TABLE audit_queue DROP CONSTRAINT closed", []);
    expect([await prepared.open(), await viewsUsed(grant)]).toEqual(["done", 1]);
  });

  it("a custodian that does not answer the check of the passkey's signature leaves the opening usable", async () => {
    const grant = await newGrant();
    const prepared = await prepare(grant);
    const { device } = await storePasskey(holder, "http://localhost:3000");
    const signature = signWithPasskey(device, "open", prepared.statement);
    const [transaction] = bench.transactions;
    const vkey = bench.escrow.vkey;
    const { log } = bench.place;
    const away = createEscrowClient({ url: "unix:/nowhere/c.sock", vkey, log, clock: holder.clock });
    const opening = { opening_id: prepared.id, signature };
    const body = { purpose: "audit" as const, grant_id: grant, fields: ["amount" as const], opening };
    const call = openTransaction({ ...holder, escrow: away }, transaction, body);
    expect(await outcomeOf(call)).toBe("custodian.unavailable");
    expect(await viewsUsed(grant)).toBe(0);
    expect(await prepared.open()).toBe("done");
  });

  it("two calls with one opening open once, and the other is refused", async () => {
    const grant = await newGrant();
    const { open } = await prepare(grant);
    const codes = await meetingAtTheGrant(grant, [() => open(), () => open()]);
    expect([...codes].sort()).toEqual(["done", "statement.expired"]);
    expect(await viewsUsed(grant)).toBe(1);
  });
});

describe("a prepared opening", () => {
  // A busy machine takes longer than an entry may wait for its leaf.
  beforeAll(() => bench.integrate());

  /** A grant of both transactions of the bench. */
  async function grantOfBoth(maxViews = 5): Promise<string> {
    const asked = { max_views: maxViews, transactions: [...bench.transactions] };
    const id = await bench.file({ asked });
    await decideRequest(bench.legal, id, bench.approval("legal"));
    return (await decideRequest(bench.approver, id, bench.approval("coordinator"))).grant_id ?? "";
  }

  const inSession = (provedAt: Date): BenchPerson => ({
    ...bench.regulator,
    principal: {
      ...bench.regulator.principal,
      proof: {
        kind: "session",
        sessionId: uuidv7(Date.now()),
        method: "passkey",
        provedAt,
        multiFactorAt: provedAt,
      },
    },
  });

  it("opens each of its transactions once with one signature, and uses one view for each", async () => {
    const grant_id = await grantOfBoth();
    const transactions = [...bench.transactions];
    const prepared = await prepareOpening(bench.regulator, { grant_id, transactions, fields: ["amount"] });
    expect(prepared).toMatchObject({ views_left: 3, notice: { mode: "queued" } });
    const signature = await signAsPortal(bench.keystore, "open", prepared.statement);
    const opening = { opening_id: prepared.opening_id, signature };
    const body = { purpose: "audit" as const, grant_id, fields: ["amount" as const], opening };
    const open = (id: string) => outcomeOf(openTransaction(bench.regulator, id, body));
    const [one, two] = bench.transactions;
    expect([await open(one), await open(one), await open(two), await open(two)]).toEqual([
      "done",
      "statement.expired",
      "done",
      "statement.expired",
    ]);
    const { rows } = await bench.query(
      "SELECT views_used, (SELECT reply_key FROM opening WHERE id = $2) AS reply_key FROM access_grant WHERE id = $1",
      [grant_id, prepared.opening_id],
    );
    expect(rows).toEqual([{ views_used: 2, reply_key: null }]);
  });

  it("is refused for what would refuse the opening, before anyone signs", async () => {
    const grant_id = await grantOfBoth(1);
    const both = { grant_id, transactions: [...bench.transactions] };
    expect(await outcomeOf(prepareOpening(bench.regulator, both))).toBe("access.views-exhausted");
    const [transaction] = bench.transactions;
    const one = { grant_id, transactions: [transaction] };
    const { log } = bench.place;
    const away = createEscrowClient({
      url: "unix:/nowhere/c.sock",
      vkey: bench.escrow.vkey,
      log,
      clock: bench.regulator.clock,
    });
    expect(await outcomeOf(prepareOpening({ ...bench.regulator, escrow: away }, one))).toBe(
      "custodian.unavailable",
    );
    const { rows } = await bench.query("SELECT views_used FROM access_grant WHERE id = $1", [grant_id]);
    expect(rows).toEqual([{ views_used: 0 }]);
  });

  it("takes the passkey's signature as the fresh proof, so that a second one is not asked for", async () => {
    const grant_id = await grantOfBoth();
    const [transaction] = bench.transactions;
    const old = inSession(new Date(Date.now() - 3_600_000));
    const plan = async (opening?: AuditBody["opening"]) => {
      const body = { purpose: "audit" as const, grant_id, fields: ["amount" as const] };
      const given = opening === undefined ? body : { ...body, opening };
      const facts = await readOpeningFacts(old, transaction, given);
      return planOpening(old, facts, grantFor(old, facts, given), given);
    };
    expect((await refusalOf(plan())).code).toBe("auth.step-up");
    const { opening_id, statement } = await prepareOpening(old, {
      grant_id,
      transactions: [transaction],
      fields: ["amount"],
    });
    const { device } = await storePasskey(old, "http://localhost:3000");
    const signature = signWithPasskey(device, "open", statement);
    expect((await plan({ opening_id, signature })).groups).toEqual(["amount"]);
    // The signature counts only because the custodian verifies it: a passkey that it does not know opens nothing.
    const body = { purpose: "audit" as const, grant_id, fields: ["amount" as const] };
    expect(
      await outcomeOf(openTransaction(old, transaction, { ...body, opening: { opening_id, signature } })),
    ).toMatch(/^(custodian\.refused|statement\.invalid)$/);
  });
});

describe("statements of an opening", () => {
  // Each statement waits for the database, so an opening may not use more of them than it does now.

  let grant_id: string;
  beforeAll(async () => {
    const id = await bench.file({ asked: { max_views: 20 } });
    await decideRequest(bench.legal, id, bench.approval("legal"));
    grant_id = (await decideRequest(bench.approver, id, bench.approval("coordinator"))).grant_id ?? "";
  });

  /** Returns the statements of the second of two equal calls. The first one fills the caches. */
  async function second(run: () => Promise<unknown>): Promise<number> {
    await run();
    return (await countStatements(run)).statements;
  }

  it("a party's opening takes at most 6 statements", async () => {
    const [transaction] = bench.transactions;
    const open = () => openTransaction(bench.client, transaction, { purpose: "settlement" });
    expect(await second(open)).toBeLessThanOrEqual(6);
  });

  it("an opening under a grant takes at most 10 statements", async () => {
    const [transaction] = bench.transactions;
    const open = () => openTransaction(bench.regulator, transaction, { purpose: "audit", grant_id });
    expect(await second(open)).toBeLessThanOrEqual(10);
  });

  it("an opening with a signed statement takes at most 11 statements", async () => {
    const [transaction] = bench.transactions;
    const prepare = async () => {
      const prepared = await prepareOpening(bench.regulator, { grant_id, transactions: [transaction] });
      const signature = await signAsPortal(bench.keystore, "open", prepared.statement);
      return { purpose: "audit" as const, grant_id, opening: { opening_id: prepared.opening_id, signature } };
    };
    const bodies = [await prepare(), await prepare()];
    const open = async () => {
      const body = bodies.pop();
      if (body === undefined) throw new TypeError("no opening is left");
      await openTransaction(bench.regulator, transaction, body);
    };
    expect(await second(open)).toBeLessThanOrEqual(11);
  });

  it("a hidden transaction takes as many statements as an unknown one", async () => {
    const [hidden] = bench.transactions;
    const missing = hidden.replace(/^......../, "00000000");
    const other = await bench.person({ role: "client" });
    const body = { purpose: "settlement" as const };
    const ask = async (id: string) =>
      expect(
        await outcomeOf(
          called(other, "openTransaction", { params: { id }, body }, () => openTransaction(other, id, body)),
        ),
      ).toBe("transaction.not-found");
    expect(await second(() => ask(hidden))).toBe(await second(() => ask(missing)));
  });
});

describe("preserved records", () => {
  const DAY_MS = 86_400_000;

  let otherAgency: BenchPerson;
  beforeAll(async () => {
    await bench.integrate();
    otherAgency = await bench.person({ role: "regulator", hasKey: false });
    // Both records are older than the 2,555 days that a regulator can look back.
    await bench.query("ALTER TABLE transaction DISABLE TRIGGER USER", []);
    await bench.query(
      "UPDATE transaction SET created_at_us = created_at_us - 3000::bigint * 86400000000",
      [],
    );
    await bench.query("ALTER TABLE transaction ENABLE TRIGGER USER", []);
  });

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
});
