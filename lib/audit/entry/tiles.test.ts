import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex, utf8 } from "@/lib/crypto/bytes";
import {
  Frontier,
  inclusionProof,
  inclusionProofFrom,
  leafHash,
  rootFrom,
  treeRoot,
} from "@/lib/crypto/log/merkle";
import { edgeTiles, growTiles, nodeReader, type Tile } from "./tiles";

const LEAVES = Array.from({ length: 70_000 }, (_, at) => leafHash(utf8(`leaf ${at}`)));

function grow(stored: Map<string, Tile>, from: number, to: number): void {
  const edge = edgeTiles(from).flatMap(({ level, index }) => stored.get(`${level}/${index}`) ?? []);
  for (const tile of growTiles(edge, from, LEAVES.slice(from, to)))
    stored.set(`${tile.level}/${tile.index}`, tile);
}

function reader(stored: Map<string, Tile>) {
  return nodeReader(async ({ level, index }) => stored.get(`${level}/${index}`)?.hashes ?? new Uint8Array());
}

describe("tiles", () => {
  it("tiles grown in steps of any size have the nodes of the tree", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
        async (steps) => {
          const stored = new Map<string, Tile>();
          let size = 0;
          for (const step of steps) {
            grow(stored, size, size + step);
            size += step;
          }
          expect(toHex(await rootFrom(reader(stored), size))).toBe(toHex(treeRoot(LEAVES.slice(0, size))));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("tiles give proofs across three levels, also in a tree smaller than the tiles", async () => {
    const stored = new Map<string, Tile>();
    grow(stored, 0, 65_000);
    grow(stored, 65_000, 70_000);
    for (const [index, size] of [
      [0, 70_000],
      [65_535, 65_536],
      [69_999, 70_000],
      [300, 66_001],
    ] as const) {
      const proof = await inclusionProofFrom(reader(stored), index, size);
      expect(proof.map(toHex)).toEqual(inclusionProof(LEAVES, index, size).map(toHex));
    }
    expect([...stored.keys()].filter((key) => key.startsWith("2/"))).toEqual(["2/0"]);
  });

  it("tiles grow by 300,000 leaves at once, as when a whole log is recovered", async () => {
    const leaves = Array.from(
      { length: 300_000 },
      (_, at) => LEAVES[at % LEAVES.length] ?? new Uint8Array(32),
    );
    const tiles = growTiles([], 0, leaves);
    expect(tiles.filter((tile) => tile.level === 0)).toHaveLength(Math.ceil(leaves.length / 256));
    const stored = new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, tile]));
    const frontier = Frontier.empty();
    for (const leaf of leaves) frontier.append(leaf);
    expect(toHex(await rootFrom(reader(stored), leaves.length))).toBe(toHex(frontier.root()));
  });
});
