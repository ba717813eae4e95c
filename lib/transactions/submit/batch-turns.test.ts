import { expect, it } from "vitest";
import { batchTurns, Turns } from "./batch-turns";

/** Work that ends on command, in the order in which it began. */
function work(turns: Turns) {
  const begun: { readonly name: number; readonly end: (failed?: boolean) => void }[] = [];
  const ask = (name: number) =>
    turns.hold(
      () =>
        new Promise<number>((resolve, reject) => {
          const end = (failed = false) => (failed ? reject(new Error("no")) : resolve(name));
          begun.push({ name, end });
        }),
    );
  return { begun, ask, names: () => begun.map(({ name }) => name) };
}

it("a limited number run at once, the others follow in their order, and a failure frees its turn", async () => {
  const { begun, ask, names } = work(new Turns(2, 10));
  const asked = [1, 2, 3, 4, 5].map((name) => ask(name).catch(() => "failed"));
  await Promise.resolve();
  expect(names()).toEqual([1, 2]);
  begun[1]?.end(true);
  await asked[1];
  await Promise.resolve();
  expect(names()).toEqual([1, 2, 3]);
  for (const at of [0, 2, 3, 4]) {
    begun[at]?.end();
    await asked[at];
    await Promise.resolve();
  }
  expect(await Promise.all(asked)).toEqual([1, "failed", 3, 4, 5]);
  const again = ask(6);
  await Promise.resolve();
  begun.at(-1)?.end();
  expect(await again).toBe(6);
});

it("a call that finds the queue full is refused with a time to retry, and has started nothing", async () => {
  const { begun, ask, names } = work(new Turns(1, 1));
  const [first, second] = [ask(1), ask(2)];
  await expect(ask(3)).rejects.toMatchObject({ code: "service.unavailable", retryAfterSeconds: 5 });
  begun[0]?.end();
  await first;
  await Promise.resolve();
  begun[1]?.end();
  await second;
  expect(names()).toEqual([1, 2]);
});

it("a pool has one queue, for half of its connections", async () => {
  const pool = { options: { max: 4 } };
  expect(batchTurns(pool)).toBe(batchTurns(pool));
  expect(batchTurns({ options: { max: 4 } })).not.toBe(batchTurns(pool));
  const { begun, ask, names } = work(batchTurns(pool));
  const asked = [1, 2, 3].map(ask);
  await Promise.resolve();
  expect(names()).toEqual([1, 2]);
  for (const at of [0, 1, 2]) {
    begun[at]?.end();
    await asked[at];
    await Promise.resolve();
  }
});
