import { expect, test } from "vitest";
import { draft, keysOf, layOut, operator } from "../bundle-fixture";
import { rangeLine } from "../tree/ranges";
import { verifyBundle } from "../verify-bundle";
import type { Manifest } from "./bundle-format";

const BY = operator(1);
const COUNT = 40;
const POLICY = { ...keysOf(BY), quorum: 1, checkpoints: [] };
const WITHHELD = [0, 3, 4, 5, 17, 20, 21, 39];
const TEXT = "0\n3-5\n17\n20-21\n39\n";

function bundle(
  text: string | undefined,
  manifest: Partial<Manifest>,
  leftOut: readonly number[] = WITHHELD,
) {
  const from = draft(BY, COUNT, [COUNT]);
  return layOut(
    { ...from, leftOut, manifest, ...(text === undefined ? {} : { texts: { "withheld.txt": text } }) },
    BY,
  );
}
const file = (count: number, ranges: number): Partial<Manifest> => ({
  withheld: [],
  withheld_file: { count, ranges },
});
const verify = (bytes: Uint8Array) => verifyBundle(bytes, { policy: POLICY });
const classes = async (bytes: Uint8Array) => (await verify(bytes)).findings.map((finding) => finding.class);

test("withheld numbers in a file are accepted like those in the manifest, which old bundles have", async () => {
  const old = await verify(bundle(undefined, { withheld: WITHHELD }));
  const next = await verify(bundle(TEXT, file(8, 5)));
  expect([old.verdict, next.verdict]).toEqual(["verified", "verified"]);
  expect(next.notes).toEqual(old.notes);
  expect(next.notes).toContainEqual({
    class: "withheld",
    detail:
      "8 entries are shown by the leaf only (entries 0, 3 to 5, 17, 20 to 21, 39): according to the manifest, the person who exported this bundle may not read these entries. The bundle proves that these entries did not change, but does not show their content",
    count: 8,
  });
});

test("of many withheld ranges the report names the first five and counts the others, and one entry is in the singular", async () => {
  const every = Array.from({ length: COUNT / 2 }, (_, at) => 2 * at);
  const many = await verify(bundle(undefined, { withheld: every }, every));
  expect(many.notes.find((note) => note.class === "withheld")?.detail).toMatch(
    /^20 entries are shown by the leaf only \(entries 0, 2, 4, 6, 8 and 15 more ranges\): /,
  );
  const one = await verify(bundle(undefined, { withheld: [7] }, [7]));
  expect(one.notes.find((note) => note.class === "withheld")?.detail).toMatch(
    /^1 entry is shown by the leaf only \(entry 7\): .* may not read this entry\. The bundle proves that this entry did not change, but does not show its content$/,
  );
});

test("an entry that is left out and not withheld is named, together with a file of withheld numbers", async () => {
  const report = await verify(bundle(TEXT, file(8, 5), [...WITHHELD, 30]));
  expect(report).toMatchObject({ verdict: "wrong" });
  expect(report.findings).toContainEqual(expect.objectContaining({ class: "missing leaf", seq: 30 }));
});

test.each<[string, string | undefined, Partial<Manifest>]>([
  ["is missing", undefined, file(8, 5)],
  ["counts otherwise", TEXT, file(9, 5)],
  ["has another number of ranges", TEXT, file(8, 4)],
  ["has a range cut in two", "0\n3-4\n5\n17\n20-21\n39\n", file(8, 6)],
  ["is out of order", "3-5\n0\n17\n20-21\n39\n", file(8, 5)],
  ["overlaps", "0\n3-5\n4-5\n17\n20-21\n39\n", file(10, 6)],
  ["reaches beyond the tree", "0\n3-5\n17\n20-21\n39-40\n", file(9, 5)],
  ["has no last newline", TEXT.slice(0, -1), file(8, 5)],
  ["has carriage returns", TEXT.replaceAll("\n", "\r\n"), file(8, 5)],
  ["is empty", "", file(8, 5)],
])("a file of withheld numbers that %s is refused", async (_, text, manifest) => {
  expect(await classes(bundle(text, manifest))).toContain("container");
});

test.each<[string, Partial<Manifest>]>([["both a list and a file", { ...file(8, 5), withheld: [0] }]])(
  "a manifest with %s is invalid",
  async (_, manifest) => {
    expect(await classes(bundle(TEXT, manifest))).toContain("container");
  },
);

test.each([
  ["0-999999999998\n", file(999_999_999_999, 1)],
  ["0-999999999998\n", file(999_999_999_999, 2 ** 40)],
  [TEXT, file(8, 2)],
])(
  "ranges of any width keep only their ends in memory, and no more of them than announced: %o",
  async (text, said) => {
    const size = 1_000_000_000_000;
    const before = process.memoryUsage();
    const report = await verify(bundle(text, { ...said, size, range: { from: 0, to: size } }));
    const after = process.memoryUsage();
    expect(report.verdict).toBe("wrong");
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(32 << 20);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(64 << 20);
  },
);

test("half a million withheld numbers open, more than a manifest could list", async () => {
  const text = Array.from({ length: 500_000 }, (_, at) => rangeLine(2 * at, 2 * at + 1)).join("");
  const from = draft(BY, COUNT, [COUNT]);
  const manifest = { ...file(500_000, 500_000), range: { from: 0, to: 1_000_000 }, size: 1_000_000 };
  const leftOut = Array.from({ length: COUNT / 2 }, (_, at) => 2 * at);
  const report = await verify(layOut({ ...from, leftOut, manifest, texts: { "withheld.txt": text } }, BY));
  // This fixture's tree has fewer than a million leaves. The test only needs its file of numbers to be read.
  expect(report.findings.map((finding) => finding.class)).not.toContain("container");
  expect(report.notes).toContainEqual(expect.objectContaining({ class: "withheld", count: 500_000 }));
});
