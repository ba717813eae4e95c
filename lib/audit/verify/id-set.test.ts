import fc from "fast-check";
import { expect, test } from "vitest";
import { IdSet } from "./id-set";

const uuid = fc.uuid();

test("the set of ids says of every id what a map of texts says, also after it has grown", () => {
  fc.assert(
    fc.property(fc.array(uuid, { maxLength: 50 }), fc.integer(), (few, seed) => {
      const ids = [...few, ...few, ...few.map((id) => id.replace(/^./, "f"))];
      const [set, map] = [new IdSet(seed), new Map<string, number>()];
      for (const [at, id] of ids.entries()) {
        expect(set.firstAt(id, at)).toBe(map.get(id));
        if (!map.has(id)) map.set(id, at);
      }
    }),
  );
  const set = new IdSet(7);
  const id = (at: number) => `01936f2a-7c1b-7def-8a10-${String(at).padStart(12, "0")}`;
  for (let at = 0; at < 20_000; at += 1) expect(set.firstAt(id(at), at)).toBeUndefined();
  for (let at = 0; at < 20_000; at += 777) expect(set.firstAt(id(at), 1)).toBe(at);
});
