import fc from "fast-check";
import { expect, test } from "vitest";
import { IdSet } from "./id-set";

const uuid = fc.uuid();

test("the set of ids gives the same answers as a map of texts, also after it has grown", () => {
  fc.assert(
    fc.property(fc.array(uuid, { maxLength: 50 }), (few) => {
      const ids = [...few, ...few, ...few.map((id) => id.replace(/^./, "f"))];
      const [set, map] = [new IdSet(), new Map<string, number>()];
      for (const [at, id] of ids.entries()) {
        expect(set.firstAt(id, at)).toBe(map.get(id));
        if (!map.has(id)) map.set(id, at);
      }
    }),
  );
  const set = new IdSet();
  const id = (at: number) => `01936f2a-7c1b-7def-8a10-${String(at).padStart(12, "0")}`;
  for (let at = 0; at < 20_000; at += 1) expect(set.firstAt(id(at), at)).toBeUndefined();
  for (let at = 0; at < 20_000; at += 777) expect(set.firstAt(id(at), 1)).toBe(at);
});

/** Multiplier of the former hash, whose start value was the digest of a manifest. The manifest's writer could choose it. */
const MULTIPLIER = 0x9e3779b1;
const START = 0x5eed;

/** An id whose last word compensates the others, so that all of these had one place in that hash. */
function chosenId(at: number): string {
  let inverse = 1;
  for (let step = 0; step < 6; step += 1) inverse = Math.imul(inverse, 2 - Math.imul(MULTIPLIER, inverse));
  const words = [at, 0x7000 | (at & 0xfff), 0x8000_0000];
  const hash = words.reduce((before, word) => {
    const next = Math.imul(before ^ word, MULTIPLIER);
    return next ^ (next >>> 15);
  }, START);
  const text = [...words, inverse ^ hash].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

test("ids chosen to collide are distinguished quickly", () => {
  // Two hundred thousand of them took the former hash minutes, and a bundle of a gigabyte took days.
  const set = new IdSet();
  const ids = Array.from({ length: 200_000 }, (_, at) => chosenId(at));
  expect(ids.filter((id, at) => set.firstAt(id, at) !== undefined)).toEqual([]);
  expect(set.placeOf(ids[123_456] ?? "")).toBe(123_456);
});
