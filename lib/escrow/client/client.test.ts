import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Clock, fixedClock } from "@/lib/clock";
import { createEscrowClient } from "@/lib/escrow/client/client";
import { PATHS, type SignedEpoch } from "@/lib/escrow/protocol/messages";
import type { EscrowClient } from "@/lib/escrow/protocol/port";
import { callService } from "@/lib/ipc/client";
import { type ServiceHandler, serveHttp } from "@/lib/ipc/server";
import { foreignVkey, TEST_LOG, TestCustodian } from "@/lib/testing/custodian/custodian";

let t: TestCustodian;
let dir: string;
beforeAll(async () => {
  t = await TestCustodian.start();
  dir = mkdtempSync(path.join(os.tmpdir(), "sealport-escrow-"));
});
afterAll(async () => {
  await t.stop();
  rmSync(dir, { recursive: true });
});

const unavailable = { code: "custodian.unavailable" };

function clientOf(options: {
  url?: string;
  vkey?: string;
  storedEpochs?: () => Promise<SignedEpoch[]>;
  clock?: Clock;
}): EscrowClient {
  const { storedEpochs, clock = fixedClock(new Date("2026-11-24T15:00:00Z")) } = options;
  return createEscrowClient({
    url: options.url ?? t.url,
    vkey: options.vkey ?? t.client.vkey,
    log: TEST_LOG,
    clock,
    timeoutMs: 2_000,
    ...(storedEpochs === undefined ? {} : { storedEpochs }),
  });
}

/** A proxy between portal and custodian that changes answers. */
async function between<T>(
  change: (path: string, body: unknown) => unknown,
  act: (url: string) => Promise<T>,
): Promise<T> {
  const handler: ServiceHandler = async ({ method, path: place, body }) => {
    const real = await callService(t.url, {
      method,
      path: place,
      timeoutMs: 2_000,
      ...(body.length === 0 ? {} : { body: JSON.parse(body.toString()) }),
    });
    const answer: unknown = JSON.parse(real.body.toString());
    return { status: real.status, body: real.status === 200 ? change(place, answer) : answer };
  };
  const url = `unix:${path.join(dir, "between.sock")}`;
  const server = await serveHttp(url, handler);
  try {
    return await act(url);
  } finally {
    await server.close(0);
  }
}

test("the client seals only to the epoch of the pinned custodian", async () => {
  const epoch = await clientOf({}).epoch();
  expect(epoch).toMatchObject({ epoch: 1, kid: "escrow#1" });
  await expect(clientOf({ vkey: foreignVkey() }).epoch()).rejects.toMatchObject(unavailable);
  await expect(clientOf({ vkey: foreignVkey() }).identity()).rejects.toMatchObject(unavailable);
});

test("the client rejects a swapped epoch key", async () => {
  const swap = (_place: string, body: unknown) => {
    const answer = JSON.parse(JSON.stringify(body));
    answer.epochs[0].statement.public_key = "4o5R_jKVG1sfrCymBnCfdN7qwi7DOxU7EppTaJujFFk";
    return answer;
  };
  await between(swap, async (url) => {
    await expect(clientOf({ url }).epoch()).rejects.toMatchObject(unavailable);
  });
});

test("the client rejects a confirmation, a grant and a reply that the pinned key did not sign", async () => {
  const { items, grant } = await t.granted();
  const forge = (place: string, body: unknown) => {
    const answer = JSON.parse(JSON.stringify(body));
    if (place === PATHS.registrations) answer.results[0].bd = answer.results[1].bd;
    if (place === PATHS.grants) answer.statement.max_views = 99;
    if (place === PATHS.open)
      [answer.replies[0].jwe, answer.replies[1].jwe] = [answer.replies[1].jwe, answer.replies[0].jwe];
    return answer;
  };
  await between(forge, async (url) => {
    const client = clientOf({ url });
    await expect(client.register(items)).rejects.toMatchObject(unavailable);
    await expect(client.submitGrant(t.submission())).rejects.toMatchObject(unavailable);
    await expect(client.open(t.opening(grant, items))).rejects.toMatchObject(unavailable);
  });
});

test("the client rejects a registration answer that lacks a result, has another order, or answers other groups", async () => {
  const { items } = await t.granted();
  const [first, ...rest] = items;
  if (first === undefined || rest.length === 0) throw new Error("several groups expected");
  const earlier = await t.client.register(items);
  expect(earlier.every(({ ok }) => ok)).toBe(true);
  const changes: readonly ((answer: { results: unknown[]; signature: string }) => unknown)[] = [
    (answer) => ({ ...answer, results: answer.results.slice(1) }),
    (answer) => ({ ...answer, results: [...answer.results].reverse() }),
    (answer) => ({ ...answer, signature: "A".repeat(86) }),
    ({ results }) => ({ results }),
  ];
  for (const change of changes) {
    const alter = (place: string, body: unknown) =>
      place === PATHS.registrations ? change(JSON.parse(JSON.stringify(body))) : body;
    await between(alter, (url) =>
      expect(clientOf({ url }).register(items)).rejects.toMatchObject(unavailable),
    );
  }
  // A true answer about other groups, signed by the pinned key, is not an answer to this call.
  let kept: unknown;
  const keep = (_place: string, body: unknown) => {
    kept = body;
    return body;
  };
  await between(keep, (url) => clientOf({ url }).register([first]));
  await between(
    () => kept,
    (url) => expect(clientOf({ url }).register(rest.slice(0, 1))).rejects.toMatchObject(unavailable),
  );
});

test("sealing continues with a stored epoch with a valid signature while the custodian is away", async () => {
  const { signed } = await t.client.epoch();
  const url = `unix:${path.join(dir, "absent.sock")}`;
  await expect(clientOf({ url }).epoch()).rejects.toMatchObject(unavailable);
  expect((await clientOf({ url, storedEpochs: async () => [signed] }).epoch()).epoch).toBe(1);
  const forged = { ...signed, statement: { ...signed.statement, created_at: "2020-01-01T00:00:00Z" } };
  await expect(clientOf({ url, storedEpochs: async () => [forged] }).epoch()).rejects.toMatchObject(
    unavailable,
  );
});

test("epoch and roster are read again after half a minute and when the clock was set back", async () => {
  const asked: string[] = [];
  const count = (place: string, body: unknown) => {
    asked.push(place);
    return body;
  };
  let nowMs = Date.parse("2026-11-24T15:00:00Z");
  const clock = { ...fixedClock(new Date(nowMs)), nowMs: () => nowMs };
  await between(count, async (url) => {
    const client = clientOf({ url, clock });
    const read = async (): Promise<number> => {
      const before = asked.length;
      await client.epoch();
      await client.knownRoster();
      return asked.length - before;
    };
    expect(await read()).toBe(2);
    nowMs += 29_000;
    expect(await read()).toBe(0);
    nowMs += 2_000;
    expect(await read()).toBe(2);
    nowMs -= 3_600_000;
    expect(await read()).toBe(2);
  });
});

test("a body outside the protocol, also one with unknown members, is refused with the position of the fault", async () => {
  const send = (body: unknown) =>
    callService(t.url, { method: "POST", path: PATHS.grants, body, timeoutMs: 2_000 });
  for (const body of [{}, { ...t.submission(), extra: 1 }, [], "x"]) {
    const reply = await send(body);
    expect(reply.status).toBe(403);
    expect(JSON.parse(reply.body.toString()).reason).toBe("format");
  }
  const doubled = await send(Buffer.from('{"grant":"a","grant":"b"}'));
  expect(JSON.parse(doubled.body.toString()).reason).toBe("format");
  expect((await callService(t.url, { method: "GET", path: "/nothing", timeoutMs: 2_000 })).status).toBe(404);
});
