import { expect, test } from "vitest";
import { KeyMemory } from "./key-memory";

const NOW = () => 0;

/** A store of keys that counts its reads; `id` is the row's. */
function source(id = "row-1") {
  let asked = 0;
  return {
    load: async () => {
      asked += 1;
      return { id, key: Uint8Array.of(asked) };
    },
    get asked() {
      return asked;
    },
  };
}

test("a key is read once while it is in memory, and again after its time", async () => {
  let now = 0;
  const memory = new KeyMemory(() => now);
  const keys = source();
  await memory.get("a", keys.load);
  await memory.get("a", keys.load);
  expect(keys.asked).toBe(1);
  now = 11 * 60_000;
  await memory.get("a", keys.load);
  expect(keys.asked).toBe(2);
  // The clock was set back.
  now = -60 * 60_000;
  await memory.get("a", keys.load);
  expect(keys.asked).toBe(3);
});

test("an erased key is forgotten at once, other keys stay", async () => {
  const memory = new KeyMemory(NOW);
  const [erased, other] = [source("row-1"), source("row-2")];
  await memory.get("a", erased.load);
  await memory.get("b", other.load);
  memory.forget("row-1");
  await Promise.resolve();
  await memory.get("a", erased.load);
  await memory.get("b", other.load);
  expect([erased.asked, other.asked]).toEqual([2, 1]);
});

test("a key read during an erasure is not kept", async () => {
  const memory = new KeyMemory(NOW);
  const keys = source();
  let answer: (() => void) | undefined;
  const slow = memory.get("a", async () => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    return keys.load();
  });
  memory.forget("row-9");
  answer?.();
  await slow;
  await memory.get("a", keys.load);
  expect(keys.asked).toBe(2);
});

test("without erasure notices no key is kept, and all keys are forgotten", async () => {
  const memory = new KeyMemory(NOW);
  const keys = source();
  await memory.get("a", keys.load);
  memory.hear(false);
  await memory.get("a", keys.load);
  await memory.get("a", keys.load);
  expect(keys.asked).toBe(3);
  memory.hear(true);
  await memory.get("a", keys.load);
  await memory.get("a", keys.load);
  expect(keys.asked).toBe(4);
});
