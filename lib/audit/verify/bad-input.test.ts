import { describe, expect, it } from "vitest";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { readCanonicalZip, writeCanonicalZip, type ZipFile } from "@/lib/crypto/canonical-zip";
import { checkpointNote, draft, keysOf, layOut, operator } from "./bundle-fixture";
import { BUNDLE_FILES, Policy } from "./bundle-format";
import type { Report } from "./report";
import { bytesSource } from "./source";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const CLEAN = draft(OURS, 5, [2, 5]);

/** A bundle whose container and digests are right and one file says something odd. */
function withText(name: string, text: string | ((usual: string) => string)): Promise<Report> {
  const usual = usualText(name);
  const texts = { [name]: typeof text === "string" ? text : text(usual) };
  return verifyBundle(layOut({ ...CLEAN, texts }, OURS), { policy: POLICY });
}

function usualText(name: string): string {
  if (name === BUNDLE_FILES.leaves) return CLEAN.leaves.map((leaf) => `${toBase64(leaf)}\n`).join("");
  if (name === BUNDLE_FILES.checkpoints) return JSON.stringify(CLEAN.checkpoints);
  return "";
}

function expectNamed(report: Report, pattern: RegExp): void {
  expect(report.verdict).toBe("wrong");
  expect(
    report.findings.some(({ detail }) => pattern.test(detail)),
    JSON.stringify(report.findings),
  ).toBe(true);
}

const LEAF_FAULT = /leaf hash 2 is not 32 bytes in canonical base64/;
const leaf = (at: number) => CLEAN.leaves[at] ?? new Uint8Array(0);

describe("bad input is refused by name:", () => {
  it.each([
    ["a hash of 31 bytes", (hash: string) => hash.replace(toBase64(leaf(2)), toBase64(leaf(2).slice(1)))],
    [
      "a hash of 33 bytes",
      (hash: string) => hash.replace(toBase64(leaf(2)), toBase64(Uint8Array.of(...leaf(2), 1))),
    ],
    ["base64 with unused bits set", (hash: string) => hash.replace(toBase64(leaf(2)), nonCanonical(leaf(2)))],
    [
      "base64url in place of base64",
      (hash: string) => hash.replace(toBase64(leaf(2)), `${"-_".repeat(21)}-=`),
    ],
    [
      "a line that ends in CRLF",
      (hash: string) => hash.replace(`${toBase64(leaf(2))}\n`, `${toBase64(leaf(2))}\r\n`),
    ],
    ["an empty line", (hash: string) => hash.replace(toBase64(leaf(2)), "")],
  ])("%s in leaves.txt", async (_, change) => {
    expectNamed(await withText(BUNDLE_FILES.leaves, change), LEAF_FAULT);
  });

  it("leaves.txt without its last newline", async () => {
    expectNamed(
      await withText(BUNDLE_FILES.leaves, (text) => text.slice(0, -1)),
      /leaves.txt: the last line has no end/,
    );
  });

  it("a line of entries beyond four megabytes, in memory for little more than that line", async () => {
    const report = await withText(BUNDLE_FILES.entries, `${"x".repeat(9 << 20)}\n`);
    expectNamed(report, /entries.ndjson: a line is longer than 4194304 bytes/);
  });

  it.each([
    ["text that is not JSON", "{]", /line 1 of entries.ndjson, where entry 0 should stand: not JSON/],
    ["JSON in another spelling", '{ "seq":0}', /not in canonical form/],
    ["an object of another form", '{"seq":0}', /no exported entry/],
    ["an array in place of an object", "[]", /no exported entry/],
    ["text nested a thousand deep", "[".repeat(1_000) + "]".repeat(1_000), /nested too deeply|canonical/],
    ["CRLF", '{"seq":0}\r', /not in canonical form/],
  ])("a line of entries that is %s", async (_, line, pattern) => {
    expectNamed(await withText(BUNDLE_FILES.entries, `${line}\n`), pattern);
  });

  it("a manifest that is not UTF-8", async () => {
    const files: ZipFile[] = [{ name: "manifest.txt", bytes: Uint8Array.of(0xff, 0xfe) }];
    for (const name of ["keys.json", "checkpoints.json", "leaves.txt", "places.txt", "entries.ndjson"])
      files.push({ name, bytes: utf8("") });
    const report = await verifyBundle(writeCanonicalZip(files));
    expectNamed(report, /manifest.txt: not UTF-8/);
  });

  it.each([
    ["no list", "{}", /checkpoints.json: not a list/],
    ["a list that does not end", '["a"', /checkpoints.json: the list does not end/],
    ["bytes after the list", "[] ", /checkpoints.json: bytes after the list/],
    ["a number among the notes", "[1]", /checkpoints.json: not a list of notes/],
    ["a comma too many", '["a",]', /checkpoints.json: not JSON/],
    ["white space", '["a", "b"]', /checkpoints.json: not in canonical form/],
    ["a note of a foreign log", JSON.stringify(["other\n1\nx\n\n— a b\n"]), /checkpoint 1: /],
  ])("checkpoints.json with %s", async (_, text, pattern) => {
    expectNamed(await withText(BUNDLE_FILES.checkpoints, text), pattern);
  });

  it("a note with ten thousand signature lines, before any is verified", async () => {
    const note = checkpointNote(OURS, CLEAN.leaves);
    const line = note.slice(note.indexOf("— "), note.indexOf("\n", note.indexOf("— ")) + 1);
    const report = await withText(BUNDLE_FILES.checkpoints, JSON.stringify([note + line.repeat(10_000)]));
    expectNamed(report, /too many signatures|too long/);
  });

  it("a file that is missing, and one that nobody lists", async () => {
    const files = readCanonicalZip(layOut(CLEAN, OURS));
    const more = writeCanonicalZip([...files, { name: "extra.txt", bytes: utf8("hello\n") }]);
    expectNamed(await verifyBundle(more, { policy: POLICY }), /extra.txt is not in the manifest/);
    expectNamed(
      await verifyBundle(writeCanonicalZip([{ name: "a.txt", bytes: utf8("") }])),
      /manifest.txt is missing/,
    );
  });

  it("a bundle of somebody else, under our policy", async () => {
    const foreign = layOut(draft(operator(2), 5, [5]), operator(2));
    const report = await verifyBundle(foreign, { policy: POLICY });
    expect(report.findings.map((finding) => finding.class)).toEqual(
      expect.arrayContaining(["manifest", "keys"]),
    );
  });

  it("a file that shrinks while it is read", async () => {
    const bytes = layOut(CLEAN, OURS);
    let reads = 0;
    const source = {
      size: bytes.length,
      read: async (start: number, end: number) => {
        reads += 1;
        return bytes.subarray(start, reads > 12 ? Math.min(end, start + 1) : end);
      },
    };
    expectNamed(await verifyBundle(source), /the bundle is cut short at byte \d+/);
  });
});

function nonCanonical(hash: Uint8Array): string {
  const text = toBase64(hash);
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const last = digits.indexOf(text.charAt(42));
  return `${text.slice(0, 42)}${digits.charAt(last | 1)}=`;
}

it("ends with the caller's reason when he gives up, and tells how far it is until then", async () => {
  const giving = new AbortController();
  const steps: string[] = [];
  const source = bytesSource(layOut(CLEAN, OURS));
  const report = await verifyBundle(source, { onProgress: ({ step }) => steps.push(step) });
  expect(report.verdict).toBe("consistent");
  expect(steps).toContain("entries");
  const reason = new Error("given up");
  const stopped = verifyBundle(source, { onProgress: () => giving.abort(reason), signal: giving.signal });
  await expect(stopped).rejects.toBe(reason);
});

it("a fork stays one when the file can no longer be read for a closer look", async () => {
  const other = draft(OURS, 5, [2, 5]);
  const forked = layOut({ ...other, checkpoints: CLEAN.checkpoints }, OURS);
  let isRead = false;
  const source = {
    size: forked.length,
    read: async (start: number, end: number) => forked.subarray(start, isRead ? start : end),
  };
  const report = await verifyBundle(source, {
    policy: POLICY,
    onProgress: ({ step }) => {
      isRead ||= step === "faults";
    },
  });
  expect(report.verdict).toBe("wrong");
  expect(report.findings).toMatchObject([{ class: "fork", seq: 0, until: 1 }]);
});
