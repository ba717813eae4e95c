import { describe, expect, it } from "vitest";
import { toBase64, utf8 } from "@/lib/crypto/bytes";
import { vkey } from "@/lib/crypto/log/signed-note";
import { ed25519PublicKey } from "@/lib/crypto/primitives";
import { readCanonicalZip, writeCanonicalZip, type ZipFile } from "@/lib/crypto/zip/canonical-zip";
import { checkpointNote, draft, keysOf, layOut, operator } from "./bundle-fixture";
import { BUNDLE_FILES, Policy } from "./claims/bundle-format";
import { bytesSource } from "./container/source";
import { describeReport } from "./report/describe-report";
import { firstBad, type Report } from "./report/report";
import { readPolicy } from "./tree/check-keys";
import { verifyBundle } from "./verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const CLEAN = draft(OURS, 5, [2, 5]);

/** A bundle with a correct container and correct digests and one unusual file. */
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

describe("bad input is refused with its reason:", () => {
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

  it("a line of entries beyond four megabytes, using little more memory than the line", async () => {
    const report = await withText(BUNDLE_FILES.entries, `${"x".repeat(9 << 20)}\n`);
    expectNamed(report, /entries.ndjson: a line is longer than 4194304 bytes/);
  });

  it.each([
    ["text that is not JSON", "{]", /line 1 of entries.ndjson should be entry 0: not JSON/],
    ["JSON in another spelling", '{ "seq":0}', /not in canonical form/],
    ["an object of another form", '{"seq":0}', /not an exported entry/],
    ["an array in place of an object", "[]", /not an exported entry/],
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

  it("a note with ten thousand signature lines, before verification of any line", async () => {
    const note = checkpointNote(OURS, CLEAN.leaves);
    const line = note.slice(note.indexOf("— "), note.indexOf("\n", note.indexOf("— ")) + 1);
    const report = await withText(BUNDLE_FILES.checkpoints, JSON.stringify([note + line.repeat(10_000)]));
    expectNamed(report, /too many signatures|too long/);
  });

  it("a missing file and an unlisted file", async () => {
    const files = readCanonicalZip(layOut(CLEAN, OURS));
    const more = writeCanonicalZip([...files, { name: "extra.txt", bytes: utf8("hello\n") }]);
    expectNamed(await verifyBundle(more, { policy: POLICY }), /extra.txt is not in the manifest/);
    expectNamed(
      await verifyBundle(writeCanonicalZip([{ name: "a.txt", bytes: utf8("") }])),
      /manifest.txt is missing/,
    );
  });

  it("another operator's bundle under our policy, reported by its signers and not as a changed entry", async () => {
    const theirs = layOut(draft(operator(2), 5, [5]), operator(2));
    const report = await verifyBundle(theirs, { policy: POLICY });
    expect(report.findings.map((finding) => finding.class).sort()).toEqual([
      "foreign keys",
      "keys",
      "manifest",
    ]);
    const [first] = describeReport(report).split("\n");
    expect(first).toMatch(
      /^WRONG: signed by keys that your policy does not name \(log of the bundle: log\.example\.test\/sealport, log of your policy: log\.example\.test\/sealport; key in the bundle: /,
    );
    const other = { ...POLICY, log: [vkey("other.example.test", ed25519PublicKey(OURS.logSeed))] };
    const headline = describeReport(await verifyBundle(theirs, { policy: other })).split("\n")[0];
    expect(headline).toBe(
      "WRONG: signed by keys that your policy does not name (log of the bundle: log.example.test/sealport, log of your policy: other.example.test)",
    );
  });

  it("a repeated checkpoint, before it is verified again", async () => {
    const [first = "", second = ""] = CLEAN.checkpoints;
    const again = [first, second, ...Array.from({ length: 200 }, () => second), first];
    const report = await withText(BUNDLE_FILES.checkpoints, JSON.stringify(again));
    expectNamed(report, /checkpoint 3 does not cover more leaves than the one before it/);
    expect(report.checkpoints).toBe(2);
  });

  it("two trees of one size that our own key signed are reported as a fork", async () => {
    const [first = "", second = ""] = CLEAN.checkpoints;
    const fork = checkpointNote(OURS, draft(OURS, 5, []).leaves);
    const report = await withText(BUNDLE_FILES.checkpoints, JSON.stringify([first, second, fork]));
    expectNamed(report, /the log's own key signed two different trees of 5 leaves/);
  });

  it("a checkpoint in the policy that none of its keys signed", async () => {
    const policy = { ...POLICY, checkpoints: [checkpointNote(operator(2), CLEAN.leaves)] };
    const report = await verifyBundle(layOut(CLEAN, OURS), { policy });
    expectNamed(report, /the policy's checkpoint 1: signed by none of the policy's log keys/);
  });

  it.each([3, 0, 1])("leaf %i that was removed from leaves.txt alone, with its number", async (at) => {
    const leaves = CLEAN.leaves.filter((_, seq) => seq !== at).map((hash) => `${toBase64(hash)}\n`);
    const report = await withText(BUNDLE_FILES.leaves, leaves.join(""));
    expect(firstBad(report.findings)).toBe(at);
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        class: "missing leaf",
        seq: at,
        after: at + 1,
        detail: `leaf ${at} was left out of leaves.txt: in its place is leaf ${at + 1}`,
      }),
    );
    expect(report.findings.map((finding) => finding.class)).not.toContain("content mismatch");
  });

  it("two leaves exchanged in leaves.txt alone, with both numbers", async () => {
    const [a = "", b = "", ...rest] = CLEAN.leaves.map((hash) => `${toBase64(hash)}\n`);
    const report = await withText(BUNDLE_FILES.leaves, [b, a, ...rest].join(""));
    const mismatches = report.findings.filter((finding) => finding.class === "content mismatch");
    expect(mismatches.map(({ seq }) => seq)).toEqual(expect.arrayContaining([0, 1]));
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /^the file is empty/],
    [
      "the first ten bytes of a bundle",
      layOut(CLEAN, OURS).subarray(0, 10),
      /^the bundle is cut short: it has 10 bytes, but no end record/,
    ],
    [
      "a bundle without its last byte",
      layOut(CLEAN, OURS).subarray(0, -1),
      /^the bundle is cut short: it has \d+ bytes, but no end record/,
    ],
    ["another file", utf8("hello, this is a letter and no bundle of anything\n"), /^this is not a bundle/],
  ])("%s, with the right reason", async (_, bytes, pattern) => {
    const report = await verifyBundle(bytes, { policy: POLICY });
    expect(report.findings).toMatchObject([{ class: "container", detail: expect.stringMatching(pattern) }]);
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

it("the verification ends with the caller's reason on abort, and reports progress until then", async () => {
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

it("a fork is reported as a fork even when the file can no longer be read for details", async () => {
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

describe("a policy file", () => {
  const text = JSON.stringify(keysOf(operator(1)));

  it("a policy file may be the answer of an instance with closed logs, and may begin with a byte order mark", () => {
    const closed = JSON.stringify({ ...keysOf(operator(1)), closed: ["log.test/old"] });
    expect(readPolicy(closed).log).toEqual(readPolicy(`\uFEFF${text}`).log);
  });

  it("a policy file with an unknown member is refused with the member's name", () => {
    expect(() => readPolicy(text.replace("{", '{"quorums":1,'))).toThrow("not a policy, at /quorums");
  });
});
