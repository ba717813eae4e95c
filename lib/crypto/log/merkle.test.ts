import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../bytes";
import * as merkle from "./merkle";
import { splitPoint } from "./merkle-ranges";

const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
const MAX = 70;
const leaves = Array.from({ length: MAX }, (_, index) => merkle.leafHash(utf8(`entry ${index}`)));

/** RFC 6962 section 2.1 written exactly as in the standard, over leaf hashes. */
function bruteRoot(list: readonly Uint8Array[]): Uint8Array {
  const [first] = list;
  if (first === undefined) return merkle.emptyRoot();
  if (list.length === 1) return first;
  const k = splitPoint(list.length);
  return merkle.nodeHash(bruteRoot(list.slice(0, k)), bruteRoot(list.slice(k)));
}

/** PATH(m, D[n]) of section 2.1.1. */
function brutePath(m: number, list: readonly Uint8Array[]): Uint8Array[] {
  if (list.length === 1) return [];
  const k = splitPoint(list.length);
  if (m < k) return [...brutePath(m, list.slice(0, k)), bruteRoot(list.slice(k))];
  return [...brutePath(m - k, list.slice(k)), bruteRoot(list.slice(0, k))];
}

/** SUBPROOF(m, D[n], b) of section 2.1.2. */
function bruteProof(m: number, list: readonly Uint8Array[], isWhole: boolean): Uint8Array[] {
  if (m === list.length) return isWhole ? [] : [bruteRoot(list)];
  const k = splitPoint(list.length);
  if (m <= k) return [...bruteProof(m, list.slice(0, k), isWhole), bruteRoot(list.slice(k))];
  return [...bruteProof(m - k, list.slice(k), false), bruteRoot(list.slice(0, k))];
}

const readNode: merkle.ReadNode = async (level, index) =>
  bruteRoot(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

function flip(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === 5 ? byte ^ 4 : byte));
}

describe("Merkle trees", () => {
  it("tree roots match the Certificate Transparency vectors (RFC 6962)", () => {
    const hashes = LEAVES.map((hex) => merkle.leafHash(fromHex(hex)));
    const frontier = merkle.Frontier.empty();
    expect(toHex(frontier.root())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hashes.forEach((hash, index) => {
      frontier.append(hash);
      expect(toHex(merkle.treeRoot(hashes.slice(0, index + 1)))).toBe(ROOTS[index]);
      expect(toHex(frontier.root())).toBe(ROOTS[index]);
    });
  });

  it("roots are equal by definition, from nodes, and from a frontier restored at every size", async () => {
    let frontier = merkle.Frontier.empty();
    for (let size = 0; size <= MAX; size++) {
      const root = bruteRoot(leaves.slice(0, size));
      expect(merkle.treeRoot(leaves.slice(0, size))).toEqual(root);
      expect(await merkle.rootFrom(readNode, size)).toEqual(root);
      expect(frontier.root()).toEqual(root);
      expect(frontier.size).toBe(size);
      frontier = merkle.Frontier.from(frontier.size, frontier.hashes);
      const next = leaves[size];
      if (next !== undefined) frontier.append(next);
    }
  });

  it("every inclusion proof of sizes 1 to 70 verifies for its own leaf, place and size only", async () => {
    for (let size = 1; size <= MAX; size++) {
      const root = bruteRoot(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const proof = merkle.inclusionProof(leaves, index, size);
        const leafHash = leaves[index] ?? root;
        expect(proof).toEqual(brutePath(index, leaves.slice(0, size)));
        const claim = { leafHash, index, size, proof, root };
        expect(merkle.verifyInclusion(claim)).toBe(true);
        expect(merkle.verifyInclusion({ ...claim, root: flip(root) })).toBe(false);
        expect(merkle.verifyInclusion({ ...claim, leafHash: flip(leafHash) })).toBe(false);
        expect(merkle.verifyInclusion({ ...claim, proof: [...proof, root] })).toBe(false);
        if (size > 1) expect(merkle.verifyInclusion({ ...claim, proof: proof.slice(1) })).toBe(false);
        if (size > 1) expect(merkle.verifyInclusion({ ...claim, index: (index + 1) % size })).toBe(false);
      }
      expect(await merkle.inclusionProofFrom(readNode, size >> 1, size)).toEqual(
        brutePath(size >> 1, leaves.slice(0, size)),
      );
    }
  });

  it("every consistency proof of sizes 1 to 70 verifies, and no other does", async () => {
    for (let newSize = 1; newSize <= MAX; newSize++) {
      const newRoot = bruteRoot(leaves.slice(0, newSize));
      for (let oldSize = 1; oldSize <= newSize; oldSize++) {
        const oldRoot = bruteRoot(leaves.slice(0, oldSize));
        const proof = merkle.consistencyProof(leaves, oldSize, newSize);
        expect(proof).toEqual(bruteProof(oldSize, leaves.slice(0, newSize), true));
        const claim = { oldSize, newSize, oldRoot, newRoot, proof };
        expect(merkle.verifyConsistency(claim)).toBe(true);
        expect(merkle.verifyConsistency({ ...claim, oldRoot: flip(oldRoot) })).toBe(false);
        expect(merkle.verifyConsistency({ ...claim, newRoot: flip(newRoot) })).toBe(false);
        expect(merkle.verifyConsistency({ ...claim, proof: [...proof, newRoot] })).toBe(false);
        if (proof.length > 0)
          expect(merkle.verifyConsistency({ ...claim, proof: proof.slice(1) })).toBe(false);
      }
      const middle = Math.ceil(newSize / 2);
      expect(await merkle.consistencyProofFrom(readNode, middle, newSize)).toEqual(
        bruteProof(middle, leaves.slice(0, newSize), true),
      );
    }
  });

  it("claims about size zero, shrinking trees, odd numbers and hashes that are not 32 bytes are refused", () => {
    const root = bruteRoot(leaves);
    const empty = merkle.emptyRoot();
    const claim = { oldSize: 70, newSize: 70, oldRoot: root, newRoot: root, proof: [] };
    expect(merkle.verifyConsistency(claim)).toBe(true);
    expect(merkle.verifyConsistency({ ...claim, oldSize: 0, oldRoot: empty })).toBe(false);
    expect(
      merkle.verifyConsistency({ ...claim, oldSize: 0, newSize: 0, oldRoot: empty, newRoot: empty }),
    ).toBe(false);
    expect(merkle.verifyConsistency({ ...claim, oldSize: 71 })).toBe(false);
    expect(merkle.verifyConsistency({ ...claim, oldSize: 1.5 })).toBe(false);
    expect(merkle.verifyConsistency({ ...claim, oldRoot: root.subarray(1), newRoot: root.subarray(1) })).toBe(
      false,
    );
    expect(merkle.verifyInclusion({ leafHash: root, index: 0, size: 0, proof: [], root })).toBe(false);
    expect(merkle.verifyInclusion({ leafHash: root, index: -1, size: 1, proof: [], root })).toBe(false);
    expect(() => merkle.consistencyProof(leaves, 0, 70)).toThrow();
    expect(() => merkle.inclusionProof(leaves, 70)).toThrow();
    expect(() => merkle.inclusionProof(leaves, 0, 71)).toThrow();
    expect(() => merkle.Frontier.from(3, [root])).toThrow();
    expect(() => merkle.Frontier.empty().append(root.subarray(1))).toThrow();
  });

  it("proofs in trees beyond 2^32 leaves verify", async () => {
    const size = 2 ** 40 + 5;
    const index = 2 ** 40 + 2;
    const read: merkle.ReadNode = async (level, at) => merkle.leafHash(utf8(`${level} ${at}`));
    const root = await merkle.rootFrom(read, size);
    const proof = await merkle.inclusionProofFrom(read, size - 1, size);
    expect(
      merkle.verifyInclusion({ leafHash: await read(0, size - 1), index: size - 1, size, proof, root }),
    ).toBe(true);
    expect(merkle.verifyInclusion({ leafHash: await read(0, index), index, size, proof, root })).toBe(false);
  });
});
