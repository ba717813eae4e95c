import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Ledger } from "@/bench/load/ledger";
import { Mix } from "@/bench/load/mix";
import { type Played, playLoad } from "@/bench/load/play-load";
import { verifyLog } from "@/bench/load/verify-log";
import { cookieOf } from "@/bench/product/calls";
import { queryAs } from "@/lib/testing/benches/query-as";
import { waitUntil } from "@/lib/testing/instance/instance";
import { type Caller, people, readDemo } from "../support/api";
import { killAndWait, PATIENCE_MS, waitForRestart } from "../support/faults";
import { approve, canaries, fileRequest, newTransaction, orderFacts, text } from "../support/steps";
import { BATCHES, startTwoPortals, type TwoPortals } from "../support/two-portals";

const LOAD_SECONDS = 40;
const PER_SECOND = 12;

let site: TwoPortals;
/** Everyone, calling the first portal, the second, or nginx. */
let at: Readonly<Record<"first" | "second" | "edge", ReturnType<typeof people>>>;
beforeAll(async () => {
  site = await startTwoPortals();
  const demo = readDemo(site.instance.dataDir);
  const [first, second] = site.urls.map((base_url) => people({ ...demo, base_url }));
  if (first === undefined || second === undefined) throw new Error("two portals expected");
  at = { first, second, edge: people({ ...demo, base_url: site.edge }) };
}, 11 * 60_000);
afterAll(async () => {
  await site?.close();
});

async function submit(who: Caller, job = canaries().memo, headers = {}) {
  const answer = await who.post(
    "/confidential/transactions",
    { ...newTransaction(canaries()), job_id: job },
    headers,
  );
  expect(answer.status, answer.text).toBe(201);
  return answer;
}

let session: Promise<string> | undefined;
/** One sign-in for all: a one-time code works once. */
function cookie(): Promise<string> {
  session ??= cookieOf(site.edge, readDemo(site.instance.dataDir), "client-456");
  return session;
}

test("a session begun behind the proxy counts at both portals", async () => {
  const headers = { cookie: await cookie() };
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => fetch(new URL("/transactions", site.edge), { headers })),
  );
  expect(answers.map(({ status, url }) => [status, new URL(url).pathname])).toEqual(
    Array(8).fill([200, "/transactions"]),
  );
  const served = answers.map((answer) => `http://localhost:${answer.headers.get("x-portal")?.split(":")[1]}`);
  expect(new Set(served)).toEqual(new Set(site.urls));
});

test("the views of a grant are counted exactly when openings come to both portals at once", async () => {
  const id = text(await submit(at.first.client456), "transaction_id");
  const facts = orderFacts();
  const requestId = await fileRequest(at.first.regulator, id, facts, { maxViews: 5 });
  const grantId = await approve(at.second, requestId, facts);
  const open = (who: Caller) =>
    who.post(`/confidential/transactions/${id}/audit`, { purpose: "audit", grant_id: grantId });
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, turn) => open(turn % 2 === 0 ? at.first.regulator : at.second.regulator)),
  );
  const opened = answers.filter(({ status }) => status === 200);
  expect(opened, answers.map((answer) => answer.text).join("\n")).toHaveLength(5);
  expect(opened.every(({ json }) => Reflect.get(Object(json.data), "amount") === "1000")).toBe(true);
});

test("a change made at one portal reaches a stream of the other at once", async () => {
  const leaving = new AbortController();
  const stream = await fetch(new URL("/confidential/events", site.urls[1]), {
    headers: { accept: "text/event-stream", cookie: await cookie() },
    signal: leaving.signal,
  });
  expect(stream.status).toBe(200);
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const until = async (words: string): Promise<void> => {
    while (!heard.includes(words)) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) throw new Error(`the stream ended without ${words}: ${heard}`);
      heard += value;
    }
  };
  await until("event: ready");
  const id = text(await submit(at.first.client456), "transaction_id");
  await at.first.client456.post(`/confidential/transactions/${id}/status`, { status: "processing" });
  await until(id);
  leaving.abort();
});

test("calls are counted once for both portals, in Redis", async () => {
  const body = () => ({ transactions: [newTransaction(canaries())] });
  const call = (who: Caller) => who.post("/confidential/transactions/batch", body());
  const answers = await Promise.all(
    Array.from({ length: 2 * BATCHES }, (_, turn) =>
      call(turn % 2 === 0 ? at.first.client456 : at.second.client456),
    ),
  );
  const statuses = answers.map(({ status }) => status);
  expect(statuses.filter((status) => status === 429)).toHaveLength(BATCHES);
  expect(statuses.filter((status) => status < 300)).toHaveLength(BATCHES);
  expect(await site.redis.client.dbsize()).toBeGreaterThan(0);
});

test("an export begun at one portal is fetched at the other", async () => {
  const asked = await at.first.coordinator.post("/confidential/audit/exports", { format: "csv" });
  expect(asked.status, asked.text).toBe(202);
  const path = `/confidential/audit/exports/${text(asked, "id")}`;
  await waitUntil(
    "the file is made",
    async () => (await at.second.coordinator.get(path)).json.state === "done",
    PATIENCE_MS,
  );
  const file = await at.second.coordinator.bytes(`${path}/file`);
  expect(file.status).toBe(200);
  expect(file.bytes.toString("utf8").split("\n").length).toBeGreaterThan(10);
});

test("a call repeated at the other portal with its idempotency key is done once", async () => {
  const job = canaries().memo;
  const body = { ...newTransaction(canaries()), job_id: job };
  const headers = { "idempotency-key": job };
  const send = (who: Caller) => who.post("/confidential/transactions", body, headers);
  const first = await send(at.first.client456);
  const again = await send(at.second.client456);
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.json.transaction_id).toBe(first.json.transaction_id);
  expect(again.headers.get("idempotency-replayed")).toBe("true");
});

/** Plays the mix through nginx while something happens, and checks that no call was lost or done twice. */
async function underLoad(happens: () => Promise<void>): Promise<Played> {
  const ledger = new Ledger();
  const mix = new Mix([site.edge], readDemo(site.instance.dataDir), ledger);
  await mix.begin();
  let isBegun = false;
  let happening = Promise.resolve();
  const tick = (second: number): void => {
    if (isBegun || second < 2) return;
    isBegun = true;
    happening = happens();
    happening.catch(() => undefined);
  };
  const played = await playLoad(mix, { perSecond: PER_SECOND, seconds: LOAD_SECONDS, tick });
  await happening;
  const balance = await ledger.settle(mix.checkers);
  process.stdout.write(`${played.calls.length} operations: ${JSON.stringify(balance)}\n`);
  expect(balance).toMatchObject({ lost: 0, doubled: 0, gaps: 0 });
  expect(balance.accepted).toBeGreaterThan(LOAD_SECONDS);
  const { code, output } = await verifyLog(mix.checkers.reader);
  expect(code, output).toBe(0);
  return played;
}

test("kill -9 of a portal and of a worker under load loses nothing and does nothing twice", async () => {
  await underLoad(async () => {
    await site.portal.end("SIGKILL");
    await killAndWait(site.instance, ["worker"]);
    await site.portal.start();
    await site.worker.end("SIGKILL");
    await killAndWait(site.instance, ["portal"]);
    await site.worker.start();
  });
});

test("portals that are restarted one after the other under load fail no call", async () => {
  const { calls } = await underLoad(async () => {
    await site.portal.end("SIGTERM");
    await site.portal.start();
    const portal = await site.instance.kill("portal", "SIGTERM");
    await waitForRestart(site.instance, { portal });
    await waitUntil(
      "the first portal is ready again",
      async () =>
        fetch(new URL("/readyz", site.urls[0])).then(
          ({ ok }) => ok,
          () => false,
        ),
      PATIENCE_MS,
    );
  });
  // On a slow machine one person's uploads overlap until the portal asks them to wait. No restart is needed for that.
  const failed = calls.filter(
    ({ reason, retries }) => retries > 0 || (reason !== undefined && reason !== "upload.too-many"),
  );
  expect(failed).toEqual([]);
});

test("two workers raise no alarm against each other, and the portals read the standby", async () => {
  for (const output of [site.worker.output(), site.portal.output()])
    expect(
      output.split("\n").filter((line) => /"alarm":"(witness\.refused|listen\.silent)"/.test(line)),
    ).toEqual([]);
  const read = () =>
    queryAs(
      site.standby.adminUrl,
      "SELECT sum(xact_commit)::int AS n FROM pg_stat_database WHERE datname = 'sealport'",
    );
  const before = Number((await read())[0]?.n);
  for (let turn = 0; turn < 20; turn += 1)
    await at.edge.coordinator.get("/confidential/audit/events?limit=5");
  await sleep(1_500);
  await waitUntil(
    "the standby has answered",
    async () => Number((await read())[0]?.n) >= before + 20,
    PATIENCE_MS,
  );
});

test("a failover to the standby under load loses nothing and does nothing twice, and every part continues", async () => {
  await underLoad(site.failOver);
  const id = text(await submit(at.edge.client456), "transaction_id");
  const opened = await at.edge.miner789.post(`/confidential/transactions/${id}/access`, {
    purpose: "settlement",
  });
  expect(opened.status, opened.text).toBe(200);
  expect(site.portal.output()).toContain("not a replica");
});
