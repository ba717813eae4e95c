import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromUtf8, utf8 } from "@/lib/crypto/bytes";
import { BackupError } from "@/lib/keystore/backup/backup-error";
import { areNumbers, encodeShare, readShares, type Share } from "@/lib/keystore/backup/share";
import { combineKey, splitKey } from "@/lib/keystore/backup/split-key";

const GOLDEN = path.join(import.meta.dirname, "..", "testdata", "share", "share-2-of-5.txt");

const share = (value = Uint8Array.from({ length: 33 }, (_none, index) => index * 7)): Share => ({
  backup: "bk-0123456789ab",
  root: "ks-j192cJSM0kIO#2",
  number: 2,
  shares: 5,
  threshold: 3,
  value,
});

function refusal(bytes: Uint8Array): string {
  try {
    readShares(bytes, 0);
    return "read";
  } catch (error) {
    expect(error).toBeInstanceOf(BackupError);
    return error instanceof BackupError ? error.code : "";
  }
}

test("a share is written as the file in the sources, which must always be readable", () => {
  const text = readFileSync(GOLDEN);
  expect(fromUtf8(encodeShare(share()))).toBe(text.toString("utf8"));
  expect(readShares(text, 0)).toEqual([share()]);
});

test("shares are read with any white space between words and digits, and several at once", () => {
  const text = fromUtf8(encodeShare(share()));
  const retyped = text.replace(/ (?=[0-9a-f]{4}\b)/g, "\r\n\t");
  expect(readShares(utf8(`  ${retyped}\n\n${text}`), 0)).toEqual([share(), share()]);
});

test("any changed character of a share is detected", () => {
  const text = fromUtf8(encodeShare(share()));
  for (let at = 0; at < text.length; at += 1) {
    if (/\s/.test(text[at] ?? "")) continue;
    const changed = text.slice(0, at) + (text[at] === "7" ? "8" : "7") + text.slice(at + 1);
    expect(refusal(utf8(changed)), `character ${at}`).toBe("backup.not-a-share");
  }
});

test("half a share, an empty text, capitals, other bytes and impossible labels are not shares", () => {
  const text = fromUtf8(encodeShare(share()));
  const labels = [
    { threshold: 1 },
    { threshold: 6 },
    { number: 6 },
    { number: 0 },
    { shares: 33 },
    { backup: "bk-0123456789aB" },
    { root: "ks-j192cJSM0kIO" },
  ].map((label) => encodeShare({ ...share(), ...label }));
  const texts = [
    "",
    " \n",
    "x",
    text.slice(0, -6),
    `${text}x`,
    text.toUpperCase(),
    `${text}${text.slice(0, 60)}`,
  ];
  for (const bytes of [...labels, ...texts.map(utf8), Uint8Array.of(0xff, 0xfe, 0)])
    expect(refusal(bytes)).toBe("backup.not-a-share");
  expect(() => readShares(utf8("x"), 4)).toThrow(/^share 5 of those given/);
});

test("a message about a share never repeats the input", () => {
  const text = fromUtf8(encodeShare(share()));
  for (let cut = 1; cut < text.length; cut += 3) {
    try {
      readShares(utf8(text.slice(0, cut)), 0);
    } catch (error) {
      expect(String(error)).not.toMatch(/[0-9a-f]{4}/);
    }
  }
});

test("any threshold of a key's shares gives the key, and fewer give another one without an error", async () => {
  const number = fc.integer({ min: 2, max: 32 });
  const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
  await fc.assert(
    fc.asyncProperty(keys, number, number, fc.infiniteStream(fc.nat()), async (key, one, other, draws) => {
      const [threshold, shares] = [Math.min(one, other), Math.max(one, other)];
      const values = await splitKey(key, shares, threshold);
      expect(values).toHaveLength(shares);
      expect(new Set(values.map((value) => value[32])).size).toBe(shares);
      const some = values
        .map((value) => ({ value, rank: draws.next().value }))
        .sort((a, b) => a.rank - b.rank)
        .slice(0, threshold)
        .map(({ value }) => value);
      expect(await combineKey(some)).toEqual(key);
      if (threshold > 2) expect(await combineKey(some.slice(1))).not.toEqual(key);
    }),
    { numRuns: 60 },
  );
});

test("a key is divided among 2 to 32 persons, of whom 2 to all restore it", () => {
  const numbers = [
    [2, 2],
    [2, 32],
    [32, 32],
  ] as const;
  for (const [threshold, shares] of numbers) expect(areNumbers(threshold, shares)).toBe(true);
  for (const [threshold, shares] of [
    [1, 2],
    [3, 2],
    [2, 33],
    [2.5, 3],
    [Number.NaN, 3],
    [0, 0],
  ] as const)
    expect(areNumbers(threshold, shares)).toBe(false);
});
