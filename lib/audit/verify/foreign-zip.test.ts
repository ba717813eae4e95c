import { describe, expect, it } from "vitest";
import { concatAll, utf8 } from "@/lib/crypto/bytes";
import { readCanonicalZip, type ZipFile } from "@/lib/crypto/zip/canonical-zip";
import { draft, fixtureEntry, keysOf, layOut, operator } from "../bundle-verifier/bundle-fixture";
import { BUNDLE_FILES, Policy } from "../bundle-verifier/claims/bundle-format";
import { describeReport } from "../bundle-verifier/report/describe-report";
import { verifyBundle } from "../bundle-verifier/verify-bundle";
import { extraField, INFO_ZIP, type Packing, PYTHON, packZip, SEVEN_ZIP } from "./foreign-zip-fixture";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });
const CLEAN = draft(OURS, 6, [3, 6]);
const FILES = readCanonicalZip(layOut(CLEAN, OURS));
const WHAT_TO_DO = /^what to do: Ask for the file as it was exported/m;

const verify = (bytes: Uint8Array) => verifyBundle(bytes, { policy: POLICY });
const plain = (): Packing => ({});
const only = (name: string, packing: Packing) => (other: string) => (other === name ? packing : {});

/** Changes one number in a copy; the place is found by a signature and how often it comes before. */
function poked(bytes: Uint8Array, at: number, value: number, width: 2 | 4 = 4): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  if (width === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
  return copy;
}

function placesOf(bytes: Uint8Array, signature: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 1)
    if (view.getUint32(at, true) === signature) found.push(at);
  return found;
}
const centrals = (bytes: Uint8Array) => placesOf(bytes, 0x02014b50);

describe.each<[string, Packing, readonly ZipFile[], RegExp]>([
  ["Info-ZIP", INFO_ZIP, [...FILES].reverse(), /\(.*times.*extra fields.*attributes.*order\)/],
  ["Python", PYTHON, FILES, /\(version, times, attributes\)/],
  ["7-Zip", SEVEN_ZIP, FILES, /\(times, attributes, extra fields\)/],
  ["a program that keeps all but the order", {}, [...FILES].reverse(), /\(order\)/],
])("a bundle that was packed anew and stored by %s", (_, packing, files, signs) => {
  it("is not verified, and the report says that only its packing is another, by which signs, and what to do", async () => {
    const report = await verify(packZip(files, () => packing));
    expect(report).toMatchObject({ verdict: "wrong", entries: 6, size: 6, newest: undefined });
    expect(report.findings).toMatchObject([{ class: "repacked", detail: expect.stringMatching(signs) }]);
    const text = describeReport(report);
    expect(text).toMatch(
      /^WRONG\nOnly the packing is: each file in it is the one of the signed manifest, and all 6 entries agree/,
    );
    expect(text).toMatch(WHAT_TO_DO);
    expect(text).not.toContain("first bad entry");
  });

  it("has a changed entry named by its number, and a changed file by its name", async () => {
    const entries = CLEAN.entries.map((entry, seq) => (seq === 4 ? fixtureEntry(90_004) : entry));
    const changed = readCanonicalZip(layOut({ ...CLEAN, entries }, operator(2)));
    const report = await verify(packZip(changed, () => packing));
    expect(report.findings.some(({ seq }) => seq === 4)).toBe(true);
    expect(describeReport(report)).toContain("first bad entry: 4");
    expect(describeReport(report)).not.toContain("Only the packing");
    const page = files.map((file) =>
      file.name === BUNDLE_FILES.places ? { ...file, bytes: utf8("other\n") } : file,
    );
    const told = await verify(packZip(page, () => packing));
    expect(told.findings).toContainEqual({
      class: "file",
      detail: `${BUNDLE_FILES.places} is not the file of the manifest`,
    });
  });
});

describe("a bundle that was packed so that it is not read says by which sign, and what to do:", () => {
  const unicodePath = extraField(0x7075, Uint8Array.of(1, 0, 0, 0, 0, ...utf8("other.txt")));
  it.each<[string, Uint8Array, RegExp]>([
    [
      "compressed",
      packZip(FILES, () => ({ ...INFO_ZIP, method: 8 })),
      /checkpoint\.txt is compressed \(method 8, deflate\)/,
    ],
    [
      "compressed otherwise",
      packZip(FILES, only("keys.json", { method: 12 })),
      /keys\.json is compressed \(method 12\)/,
    ],
    ["encrypted", packZip(FILES, () => ({ flags: 1 })), /checkpoint\.txt is encrypted/],
    [
      "with sizes behind the files",
      packZip(FILES, () => ({ flags: 8 })),
      /the size of checkpoint\.txt stands behind it/,
    ],
    ["with unknown flags", packZip(FILES, () => ({ flags: 0x2000 })), /checkpoint\.txt has the flags 0x2000/],
    [
      "with a second name",
      packZip(FILES, only("keys.json", { localExtra: unicodePath })),
      /keys\.json has the extra field 0x7075/,
    ],
    [
      "with a second name in the directory",
      packZip(FILES, only("keys.json", { centralExtra: unicodePath })),
      /keys\.json has the extra field 0x7075/,
    ],
    [
      "as zip64 by an extra field",
      packZip(FILES, () => ({ localExtra: extraField(1, new Uint8Array(16)) })),
      /sizes in zip64 form/,
    ],
    ["with a comment", packZip(FILES, plain, "packed by hand"), /it has a zip comment of 14 bytes/],
    [
      "with a comment on a file",
      packZip(FILES, only("keys.json", { comment: "hello" })),
      /keys\.json has a comment/,
    ],
    [
      "with an entry for a folder",
      packZip([{ name: "x/", bytes: utf8("") }, ...FILES], plain),
      /it has an entry for a folder/,
    ],
    [
      "in a folder",
      packZip(
        FILES.map((file) => ({ ...file, name: `bundle/${file.name}` })),
        plain,
      ),
      /with its files in a folder: manifest\.txt stands there as bundle\/manifest\.txt/,
    ],
    ["for a newer format", packZip(FILES, () => ({ version: 45 })), /checkpoint\.txt needs version 45/],
    [
      "for a newer format by the directory's word alone, for which others leave the file out",
      poked(packZip(FILES, plain), (centrals(packZip(FILES, plain))[0] ?? 0) + 6, 45, 2),
      /checkpoint\.txt needs version 45/,
    ],
  ])("%s", async (_, bytes, pattern) => {
    const report = await verify(bytes);
    expect(report.findings).toMatchObject([{ class: "repacked", detail: expect.stringMatching(pattern) }]);
    const text = describeReport(report);
    expect(text).toMatch(/packed anew by another program/);
    expect(text).toMatch(WHAT_TO_DO);
    expect(text).not.toMatch(/Only the packing|keys trusted, found in the bundle/);
  });
});

describe("whoever packs a bundle anew cannot", () => {
  const repacked = packZip(FILES, () => INFO_ZIP);
  const end = repacked.length - 22;
  const refused = async (bytes: Uint8Array, pattern: RegExp) => {
    const report = await verify(bytes);
    expect(report.verdict).toBe("wrong");
    expect(report.findings).toMatchObject([{ class: "container", detail: expect.stringMatching(pattern) }]);
  };

  it("put a file in twice under one name", async () => {
    const other = { name: BUNDLE_FILES.entries, bytes: utf8("other\n") };
    await refused(
      packZip([...FILES, other], () => INFO_ZIP),
      /a file name stands twice .*entries\.ndjson/,
    );
    await refused(
      packZip([other, ...FILES], () => INFO_ZIP),
      /a file name stands twice .*entries\.ndjson/,
    );
  });

  it("smuggle a file in under a name that nobody signed, in whatever case", async () => {
    for (const name of ["more.txt", "readme.TXT", "a/b.txt"]) {
      const report = await verify(packZip([...FILES, { name, bytes: utf8("hello") }], () => INFO_ZIP));
      expect(report.findings).toContainEqual({ class: "file", detail: `${name} is not in the manifest` });
      expect(describeReport(report)).not.toContain("Only the packing");
    }
  });

  it("use a name that leads elsewhere", async () => {
    for (const name of ["../up.txt", "/root.txt", ".hidden", "a\\b.txt", "gr\u00fc\u00dfe.txt", "a//b"])
      await refused(
        packZip([...FILES, { name, bytes: utf8("") }], () => INFO_ZIP),
        /a file name that is not allowed/,
      );
  });

  it("let header and directory say two things, in any field of either", async () => {
    const [local = 0] = [placesOf(repacked, 0x04034b50)[2] ?? 0];
    const [central = 0] = [centrals(repacked)[2] ?? 0];
    for (const [at, other] of [
      [local + 6, central + 8],
      [local + 8, central + 10],
      [local + 10, central + 12],
      [local + 12, central + 14],
      [local + 14, central + 16],
      [local + 18, central + 20],
      [local + 22, central + 24],
    ] as const)
      for (const place of [at, other]) {
        const copy = repacked.slice();
        copy[place] = (copy[place] ?? 0) ^ 4;
        expect((await verify(copy)).verdict, `byte ${place}`).toBe("wrong");
        expect((await verify(copy)).entries, `byte ${place}`).toBe(0);
      }
    const renamed = repacked.slice();
    renamed[local + 30] = (renamed[local + 30] ?? 0) ^ 1;
    await refused(renamed, /the header of a file and the directory do not say the same|a file name/);
  });

  it("hide a file that the directory does not list, before, between or behind the others", async () => {
    const hidden = packZip([{ name: "hidden.txt", bytes: utf8("hidden") }], plain).subarray(0, 30 + 10 + 6);
    const between = packZip(FILES, only(BUNDLE_FILES.keys, { ...INFO_ZIP, behind: hidden }));
    await refused(between, /bytes that belong to no file/);
    const behind = packZip(FILES, only(FILES.at(-1)?.name ?? "", { ...INFO_ZIP, behind: hidden }));
    await refused(behind, /bytes that belong to no file/);
    const before = concatAll([hidden, repacked]);
    await refused(before, /not the canonical zip|no file header|belong to no file|bytes/);
  });

  it("list fewer or more files than there are", async () => {
    const fewer = poked(poked(repacked, end + 10, FILES.length - 1, 2), end + 8, FILES.length - 1, 2);
    await refused(fewer, /bytes in the directory that belong to no file/);
    const more = poked(poked(repacked, end + 10, FILES.length + 1, 2), end + 8, FILES.length + 1, 2);
    await refused(more, /a directory that is cut short/);
    await refused(poked(repacked, end + 8, FILES.length - 1, 2), /counts parts or files in two ways/);
    await refused(poked(repacked, end + 4, 1, 2), /counts parts or files in two ways/);
  });

  it("let two files share bytes, or one stand for two", async () => {
    const [first = 0, second = 0] = centrals(repacked);
    const offset = new DataView(repacked.buffer).getUint32(first + 42, true);
    await refused(poked(repacked, second + 42, offset), /do not say the same/);
    await refused(poked(repacked, second + 42, repacked.length), /lies outside the zip/);
  });

  it("put bytes behind the end, a second end, or a second zip", async () => {
    await refused(concatAll([repacked, utf8("more")]), /4 bytes follow the end of the zip/);
    const commented = poked(repacked, end + 20, 9, 2);
    await refused(concatAll([commented, utf8("more")]), /4 bytes follow the end of the zip/);
    const report = await verify(concatAll([repacked, repacked.subarray(end)]));
    expect([report.verdict, report.entries]).toEqual(["wrong", 0]);
    const both = await verify(concatAll([repacked, packZip(FILES, () => INFO_ZIP)]));
    expect([both.verdict, both.entries]).toEqual(["wrong", 0]);
  });

  it("lie by zip64: numbers that say that the true ones stand elsewhere", async () => {
    for (const bytes of [poked(repacked, end + 16, 0xffff_ffff), poked(repacked, end + 10, 0xffff, 2)]) {
      const report = await verify(bytes);
      expect(report.findings).toMatchObject([
        { class: "repacked", detail: expect.stringContaining("it is a zip64") },
      ]);
    }
    const locator = concatAll([
      repacked.subarray(0, end),
      Uint8Array.of(0x50, 0x4b, 6, 7, ...new Uint8Array(16)),
      repacked.subarray(end),
    ]);
    expect(await verify(locator)).toMatchObject({ verdict: "wrong", entries: 0 });
  });

  it("hide a second end, which readers of zip64 go by, in fields that are harmless themselves", async () => {
    // Records of 56 and 20 bytes right before the end (APPNOTE.TXT 4.3.14, 4.3.15), across two fields of times: Python
    // reads an empty zip by them.
    const record = concatAll([Uint8Array.of(0x50, 0x4b, 6, 6, 44, 0, 0, 0), new Uint8Array(44)]);
    const locator = concatAll([
      Uint8Array.of(0x50, 0x4b, 6, 7),
      new Uint8Array(12),
      Uint8Array.of(1, 0, 0, 0),
    ]);
    const centralExtra = concatAll([
      extraField(0x5455, record.subarray(0, 8)),
      extraField(0x5455, concatAll([record.subarray(8), locator])),
    ]);
    await refused(
      packZip(FILES, only(FILES.at(-1)?.name ?? "", { centralExtra })),
      /a second end, as of a zip64, before its end/,
    );
  });

  it("put a link, a folder or a device in a file's place", async () => {
    for (const attributes of [0o120777 * 0x10000, 0o040755 * 0x10000, 0o020644 * 0x10000, 0x10, 0x08, 0x400])
      await refused(
        packZip(FILES, only(BUNDLE_FILES.keys, { ...INFO_ZIP, attributes })),
        /a link, a folder or a device in place of a file in keys\.json/,
      );
  });

  it("hide text in a field that is harmless when it is short, or cut one short", async () => {
    const long = extraField(0x5455, new Uint8Array(65));
    const report = await verify(packZip(FILES, only(BUNDLE_FILES.keys, { localExtra: long })));
    expect(report.findings).toMatchObject([
      { class: "repacked", detail: expect.stringMatching(/extra field 0x5455/) },
    ]);
    const cut = extraField(0x5455, new Uint8Array(9)).subarray(0, 8);
    await refused(
      packZip(FILES, only(BUNDLE_FILES.keys, { localExtra: cut })),
      /an extra field that is cut short/,
    );
  });

  it("change a content and leave its checksum", async () => {
    const copy = repacked.slice();
    const [keys] = FILES.flatMap((file) => (file.name === BUNDLE_FILES.keys ? [file] : []));
    const text = new TextDecoder("latin1").decode(copy);
    const at = text.indexOf(new TextDecoder("latin1").decode(keys?.bytes ?? utf8("?")));
    copy[at + 5] = (copy[at + 5] ?? 0) ^ 1;
    expect((await verify(copy)).findings.some(({ class: of }) => of !== "repacked")).toBe(true);
  });

  it("change any one byte of it and have it pass for the one that was exported", async () => {
    for (let at = 0; at < repacked.length; at += 1 + (at % 37)) {
      const copy = repacked.slice();
      copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
      const report = await verify(copy);
      expect(report.verdict, `byte ${at}`).toBe("wrong");
    }
  });

  it("make a reader hold more than a directory of thirty-two files", async () => {
    const many = Array.from({ length: 33 }, (_, at) => ({ name: `f${at}.txt`, bytes: utf8("") }));
    await refused(packZip(many, plain), /more files than allowed/);
    let read = 0;
    const bytes = poked(repacked, end + 16, 0);
    const longDirectory = poked(bytes, end + 12, end);
    await verifyBundle({
      size: longDirectory.length,
      read: async (start, stop) => {
        read += stop - start;
        return longDirectory.subarray(start, stop);
      },
    });
    expect(read).toBeLessThan(3 * longDirectory.length);
  });
});
