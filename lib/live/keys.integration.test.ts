import { afterAll, beforeAll, expect, it } from "vitest";
import { systemClock } from "@/lib/clock";
import { recordEpoch } from "@/lib/escrow/client/epochs";
import { destroyEpoch } from "@/lib/keys/escrow-epochs/destroy-epoch";
import { rotateEpoch } from "@/lib/keys/escrow-epochs/rotate-epoch";
import type { LiveHub } from "@/lib/live/hub";
import { openLiveHub } from "@/lib/live/open-hub";
import type { LiveChange } from "@/lib/live/schema";
import { createLogger } from "@/lib/telemetry/logger";
import { hold, made, type Person, post, submit } from "@/lib/testing/benches/client-held-bench";
import { createUseCaseBench, type UseCaseBench } from "@/lib/testing/benches/use-case-bench";
import { signedIn } from "@/lib/testing/instance/signed-in";
import { rewrapEscrow } from "@/lib/transactions/rewrap/rewrap-escrow";
import { setStatus } from "@/lib/transactions/status/set-status";

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
  if (principal.proof.kind !== "session") throw new TypeError("no one is signed in");
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
  await expect.poll(() => isReady, { timeout: 150_000 }).toBe(true);
  return heard;
}

const until = (heard: readonly LiveChange[], kind: string, id: string, state: string) =>
  expect.poll(() => heard, { timeout: 150_000 }).toContainEqual(expect.objectContaining({ kind, id, state }));

it("only administrators and coordinators receive the states of an escrow epoch", async () => {
  const owner = await bench.person({ role: "client" });
  const other = await bench.person({ role: "miner" });
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  await recordEpoch(owner);
  const seen = [await listen(admin), await listen(await bench.person({ role: "coordinator" }))];
  const others = [await listen(owner), await listen(other)];
  const id = await submit(owner, other);
  await rotateEpoch(admin);
  for (const heard of seen) {
    await until(heard, "epoch", "1", "deactivated");
    await until(heard, "epoch", "2", "active");
  }
  const since = seen.map((heard) => heard.length);
  await bench.integrate();
  expect(await rewrapEscrow({ ...owner, system: "portal" })).toBe(2);
  for (const [at, heard] of seen.entries())
    await expect
      .poll(() => heard.slice(since[at]), { timeout: 150_000 })
      .toContainEqual({ kind: "epoch", id: "2", state: "active" });
  await destroyEpoch(admin, 1);
  for (const heard of seen) await until(heard, "epoch", "1", "destroyed");
  // A later change that parties may know of: a listener that heard it would have heard the others.
  await setStatus(owner, id, { status: "processing" });
  for (const heard of others) {
    await until(heard, "transaction", id, "processing");
    expect(heard.filter(({ kind }) => kind === "epoch")).toEqual([]);
  }
});

it("only a participant's people and the operators hear that data of its client-held key were re-wrapped", async () => {
  const owner = await bench.person({ role: "client", hasKey: false });
  const other = await bench.person({ role: "miner" });
  const admin = await bench.person({ role: "admin", duties: ["admin"] });
  const old = await hold(owner);
  const id = await submit(owner, other);
  const next = await hold(owner, old.holder);
  const operator = await bench.person({ role: "coordinator", duties: ["legal"], hasKey: false });
  const seen = [await listen(owner), await listen(admin), await listen(operator)];
  const stranger = await listen(other);
  expect((await post(bench, owner, old, await made(owner, old, next))).rewrapped).toBe(2);
  for (const heard of seen) await until(heard, "key", old.keyId, "deactivated");
  await setStatus(owner, id, { status: "processing" });
  await until(stranger, "transaction", id, "processing");
  expect(stranger.filter(({ kind }) => kind === "key")).toEqual([]);
});
