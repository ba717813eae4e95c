import type { Pool } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decideRequest } from "@/lib/access/decisions/decide-request";
import { prepareOpening } from "@/lib/access/openings/prepare-opening";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { signAsPortal } from "@/lib/escrow/client/portal-signature";
import type { OpenStatement } from "@/lib/escrow/protocol/statements";
import { type Limits, openLimits } from "@/lib/rate-limit/limits";
import { openLimitPool } from "@/lib/rate-limit/ratelimit";
import { type AccessBench, type BenchPerson, createAccessBench } from "@/lib/testing/benches/access-bench";
import { outcomeOf } from "@/lib/testing/benches/refusal";
import { signWithPasskey, storePasskey } from "@/lib/testing/devices/statement-passkey";
import { openTransaction } from "@/lib/transactions/open/open-transaction";

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
  const [counters, unreachable] = urls.map((url) => openLimitPool({ url }));
  if (counters === undefined || unreachable === undefined) throw new TypeError("no pools");
  pools = [counters, unreachable];
  const secret = new Uint8Array(32).fill(7);
  limits = openLimits({ pool: counters, secret, drawMs: 60_000 }, { open: 1 });
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
    const waiting = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    await expect
      .poll(async () => Object((await bench.query(waiting, [])).rows[0]).n, { timeout: 60_000 })
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
