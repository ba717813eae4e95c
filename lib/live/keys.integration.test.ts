import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { recordEpoch } from "@/lib/escrow/record-epoch";
import { destroyEpoch } from "@/lib/keys/escrow/destroy-epoch";
import { rotateEpoch } from "@/lib/keys/escrow/rotate-epoch";
import { challengeHeld } from "@/lib/keys/possession/challenge-held";
import { proveKey } from "@/lib/keys/possession/prove-key";
import { registerKey } from "@/lib/keys/register-key";
import type { LiveHub } from "@/lib/live/hub";
import { openLiveHub } from "@/lib/live/open-hub";
import type { LiveChange } from "@/lib/live/schema";
import { createLogger } from "@/lib/telemetry/logger";
import { entriesFor } from "@/lib/testing/held-program";
import { createKeyHolder, heldBy, type KeyHolder, proofOf } from "@/lib/testing/key-holder";
import { signedIn } from "@/lib/testing/signed-in";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/use-case-bench";
import { handOver } from "@/lib/transactions/held/hand-over";
import { listWraps } from "@/lib/transactions/held/list-wraps";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { NewTransaction } from "@/lib/transactions/schema";
import { setStatus } from "@/lib/transactions/set-status";
import { submitTransaction } from "@/lib/transactions/submit-transaction";

type Person = Awaited<ReturnType<UseCaseBench["person"]>>;

let bench: UseCaseBench;
let hub: LiveHub;
beforeAll(async () => {
  bench = await createUseCaseBench();
  const { db, instance } = bench.cx;
  const logger = createLogger("test", "silent");
  const url = bench.database.appUrl;
  hub = openLiveHub(url, { db, instance, clock: systemClock, logger });
});
afterAll(async () => {
  hub?.close();
  await bench?.close();
});

/** What one person's stream says, in order. */
async function listen(person: Person): Promise<LiveChange[]> {
  const { principal } = await signedIn(person);
  if (principal.proof.kind !== "session") throw new TypeError("nobody is signed in");
  const heard: LiveChange[] = [];
  let isReady = false;
  hub.join({
    principal,
    sessionId: principal.proof.sessionId,
    change: (change) => heard.push(change),
    signal: (signal) => {
      isReady = isReady || signal === "ready";
    },
    beat: () => undefined,
    end: () => undefined,
  });
  await expect.poll(() => isReady, { timeout: 60_000 }).toBe(true);
  return heard;
}

const until = (heard: readonly LiveChange[], kind: string, id: string, state: string) =>
  expect.poll(() => heard, { timeout: 60_000 }).toContainEqual(expect.objectContaining({ kind, id, state }));

async function submit(from: Person, to: Person): Promise<string> {
  const participants = [to.principal.participantId];
  const input = { job_id: "job-1", confidential: true, participants, amount: "1", currency: "EUR" };
  return (await submitTransaction(from, NewTransaction.parse(input))).transaction_id;
}

it("tells administrators and coordinators how the escrow's epochs go on, and nobody else", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  await recordEpoch(owner);
  const told = [await listen(admin), await listen(await bench.person({ role: "coordinator" }))];
  const others = [await listen(owner), await listen(other)];
  const id = await submit(owner, other);
  await rotateEpoch(admin);
  for (const heard of told) {
    await until(heard, "epoch", "1", "deactivated");
    await until(heard, "epoch", "2", "active");
  }
  const since = told.map((heard) => heard.length);
  await bench.integrate();
  expect(await rewrapEscrow({ ...owner, system: "portal" })).toBe(1);
  for (const [at, heard] of told.entries())
    await expect
      .poll(() => heard.slice(since[at]), { timeout: 60_000 })
      .toContainEqual({ kind: "epoch", id: "2", state: "active" });
  await destroyEpoch(admin, 1);
  for (const heard of told) await until(heard, "epoch", "1", "destroyed");
  // A later change that parties may know of: who has heard it would have heard the others.
  await setStatus(owner, id, { status: "processing" });
  for (const heard of others) {
    await until(heard, "transaction", id, "processing");
    expect(heard.filter(({ kind }) => kind === "epoch")).toEqual([]);
  }
});

async function hold(cx: Person, former?: KeyHolder) {
  const holder = createKeyHolder();
  const { key } = await registerKey(cx, heldBy(holder, cx.principal.participantId));
  return { holder, keyId: (await proveKey(cx, key.key_id, proofOf(key, holder, former))).key_id };
}

it("tells a participant's people and administrators when entries of its held key were handed over, and nobody else", async () => {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "miner" });
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  const old = await hold(owner);
  const id = await submit(owner, other);
  const next = await hold(owner, old.holder);
  const told = [await listen(owner), await listen(admin)];
  const stranger = await listen(other);
  const client_tag = old.holder.answer((await challengeHeld(owner, old.keyId)).challenge);
  const page = await listWraps(owner, old.keyId, { limit: 50 });
  const entries = await entriesFor(old.holder, page, next.holder);
  expect((await handOver(owner, old.keyId, { client_tag, entries })).rewrapped).toBe(1);
  for (const heard of told) await until(heard, "key", old.keyId, "deactivated");
  await setStatus(owner, id, { status: "processing" });
  await until(stranger, "transaction", id, "processing");
  expect(stranger.filter(({ kind }) => kind === "key")).toEqual([]);
});
